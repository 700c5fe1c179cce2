/** What the orderings are to reach here; the figures are `figuresOf`'s. */
import type { Figures, Leg } from './figures.ts';

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
    says: 'lateness adds at most 30 ms under heavy jitter',
    concerns: (row) => lateness(row) && isOn('heavy jitter', row),
    measured: 'added mean ms',
    most: 30,
  },
  {
    says: 'lateness leaves under 2 % under heavy jitter',
    concerns: (row) => lateness(row) && isOn('heavy jitter', row),
    measured: 'out of sending %',
    // Figures have three digits.
    most: 1.999,
  },
];

export interface Judged {
  readonly aim: string;
  readonly uneven: Leg;
  /** The worst, and where. */
  readonly measured: number;
  readonly link: string;
  readonly met: boolean;
}

export function judge(rows: readonly Row[], leg: Leg): Judged[] {
  return aims.map(({ says, concerns, measured, most }) => {
    const [worst] = rows
      .filter((row) => row.leg === leg && concerns(row))
      .toSorted((a, b) => b.figures[measured] - a.figures[measured]);
    if (!worst) throw new Error(`nothing was measured for: ${says}`);
    const value = worst.figures[measured];
    return { aim: says, uneven: leg, measured: value, link: worst.link, met: value <= most };
  });
}
