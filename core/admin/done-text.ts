/** What an act has done, in a sentence: for the command line and the terminal UI. */
import type { Output, VerbName } from './verbs.ts';

type Told = { readonly [N in VerbName]?: (done: Output<N>) => string };

const owns = ({ active, epoch }: Output<'cluster switchover'>): string =>
  `${active} owns the shards, epoch ${epoch}`;

const TOLD: Told = {
  'session disconnect': ({ user, device }) => `${user} on ${device} is disconnected`,
  'cluster switchover': owns,
  'cluster takeover': owns,
  'dead-letter retry': ({ consumer, conversation, position }) =>
    `${consumer} took ${conversation} ${position}`,
  'dead-letter discard': ({ consumer, conversation, position }) =>
    `${conversation} ${position} is no dead letter of ${consumer} any more`,
  'log level': ({ level }) => `the log begins at ${level} until the next start`,
  reload: ({ applied, changes: { length }, parts }) => {
    const changes = length === 1 ? 'one change' : `${length} changes`;
    if (length === 0) return ['no setting has changed', ...takenAnew(parts)].join('; ');
    return applied ? `${changes} of the file taken` : `${changes} in the file, none of them taken`;
  },
};

/** Of parts that are made anew or read their files again; or cannot, though nothing has changed. */
export function takenAnew(parts: Output<'reload'>['parts']): readonly string[] {
  const texts = { new: 'is taken up anew', kept: 'goes on with what it had' } as const;
  return parts.flatMap(({ part, became, why }) => {
    if (became !== 'new' && became !== 'kept') return [];
    return `${part} ${texts[became]}${why === undefined ? '' : `: ${why}`}`;
  });
}

/** Undefined: it has none, for it only reads. */
export function doneText<N extends VerbName>(verb: N, done: Output<N>): string | undefined {
  return TOLD[verb]?.(done);
}
