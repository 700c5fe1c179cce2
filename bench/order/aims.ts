/** What the orderings are to reach; the figures are `figuresOf`'s, the speeds `measureSpeeds`'s. */
import type { Figures, Leg } from './figures.ts';
import type { Speeds } from './throughput.ts';

export interface Row {
  readonly leg: Leg;
  readonly link: string;
  readonly mode: string;
  readonly figures: Figures;
}

interface Aim {
  readonly says: string;
  readonly concerns: (row: Row) => boolean;
  readonly measured: keyof Figures;
  readonly most: number;
}

const owner = ({ mode }: Row): boolean => mode === 'conversation-owner';
const lateness = ({ mode }: Row): boolean => mode === 'lateness';
const isOn = (name: string, { link }: Row): boolean => link === name;
/** Before the server no window reaches what is asked here (decision 23). */
const isHeavy = (row: Row): boolean =>
  lateness(row) && row.leg === 'behind' && isOn('heavy jitter', row);

const aims: readonly Aim[] = [
  {
    says: 'conversation-owner adds nothing on FIFO',
    concerns: (row) => owner(row) && isOn('FIFO', row),
    measured: 'added mean ms',
    most: 0,
  },
  {
    says: 'conversation-owner holds only at a gap',
    concerns: owner,
    measured: 'held, no gap %',
    most: 0,
  },
  {
    says: 'conversation-owner shows its order',
    concerns: owner,
    measured: 'out of order %',
    most: 0,
  },
  {
    says: 'central-sequencer shows its order',
    concerns: ({ mode }) => mode === 'central-sequencer',
    measured: 'out of order %',
    most: 0,
  },
  {
    says: 'lateness adds at most 2 ms on FIFO',
    concerns: (row) => lateness(row) && isOn('FIFO', row),
    measured: 'added mean ms',
    most: 2,
  },
  {
    says: 'lateness adds at most 30 ms under heavy jitter behind the server',
    concerns: isHeavy,
    measured: 'added mean ms',
    most: 30,
  },
  {
    says: 'lateness leaves under 2 % under heavy jitter behind the server',
    concerns: isHeavy,
    measured: 'out of sending %',
    // Figures have three digits.
    most: 1.999,
  },
];

export interface Judged {
  readonly aim: string;
  /** The worst. */
  readonly measured: number;
  readonly where: string;
  readonly met: boolean;
}

export function judge(rows: readonly Row[]): Judged[] {
  return aims.map(({ says, concerns, measured, most }) => {
    const [worst] = rows
      .filter(concerns)
      .toSorted((a, b) => b.figures[measured] - a.figures[measured]);
    if (!worst) throw new Error(`nothing was measured for: ${says}`);
    const value = worst.figures[measured];
    const where = `${worst.link} ${worst.leg} the server`;
    return { aim: says, measured: value, where, met: value <= most };
  });
}

/** Runs that differ by more tell of what else the machine did, not of what they compare. */
const SPREAD_MAX_PERCENT = 15;

/** Rates are this machine's, and another's work spoils them. */
export function judgeSpeeds(speeds: Speeds): Judged[] {
  const { besideCostPercent, spreadPercent, numbersPerSecond, wrong } = speeds;
  const where = 'this machine, now';
  return [
    {
      aim: `the machine was quiet: two best runs differ by at most ${SPREAD_MAX_PERCENT} %`,
      measured: spreadPercent,
      where,
      met: spreadPercent <= SPREAD_MAX_PERCENT,
    },
    {
      aim: 'a sequencer in its own process costs at most 15 % of throughput',
      measured: besideCostPercent,
      where,
      met: besideCostPercent <= 15,
    },
    {
      aim: 'one sequencer gives four servers 200,000 numbers a second',
      measured: numbersPerSecond,
      where,
      met: numbersPerSecond >= 200_000,
    },
    {
      aim: 'nothing is lost, repeated, disordered or given twice',
      measured: wrong,
      where,
      met: wrong === 0,
    },
  ];
}
