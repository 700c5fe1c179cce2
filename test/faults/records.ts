/** What a run leaves for RELIABILITY.md: a part for one server, and one for several. */
import { keepRecord } from '../reliability/machine-record.ts';
import { FIGURES_HEAD, figuresRow, type Survival } from './failover/figures.ts';
import { LINES_HEAD, rowOf, type Line } from './report.ts';

export type Area = 'node' | 'failover';

const TITLES: Readonly<Record<Area, { readonly machine: string; readonly done: string }>> = {
  node: {
    machine: 'real faults',
    done:
      'Real servers under load, and a fault in each round. Below each rig stands its control, in ' +
      'which a rule is broken on purpose: its violations have to be found.',
  },
  failover: {
    machine: 'failover',
    done:
      'Two real servers on one store, five devices under load with the settings of the product, ' +
      'and a fault in each round; the controls are as above.',
  },
};

export interface Part {
  readonly lines: readonly Line[];
  readonly survivals: readonly Survival[];
  readonly seconds: number;
}

export function keepPart(area: Area, form: 'quick' | 'full', part: Part): void {
  const { lines, survivals, seconds } = part;
  const of = (outcome: Line['outcome']): readonly Line[] =>
    lines.filter((line) => line.outcome === outcome);
  const rows = lines.map((line) => {
    const { name } = line;
    const title = name.startsWith(' ') ? `– control: ${name.trim()}` : name;
    const [, ...cells] = rowOf(line);
    return [title, ...cells];
  });
  const figures = survivals.map(figuresRow);
  keepRecord({
    ...TITLES[area],
    command: `npm run faults -- ${area}${form === 'quick' ? ' --quick' : ''}`,
    seconds,
    violations: of('failed').length,
    skipped: of('skipped').map(({ name }) => `${name.trim()}: this machine lacks what it needs`),
    tables: [
      { head: LINES_HEAD, rows },
      ...(figures.length > 0 ? [{ head: FIGURES_HEAD, rows: figures }] : []),
    ],
  });
}
