/** Dead letters of the consumers of a node, and what an operator does about them. */
import { ImError } from '../../contract/index.ts';
import type { LetterActs } from '../../path/letter-acts.ts';
import type { DeadLetterDetail, DeadLetterRow } from '../protocol/index.ts';
import type { Input, Output } from '../verbs.ts';
import type { Looking } from './inside.ts';
import { listed } from './rows.ts';

/** Of one consumer; what is behind them comes when they are dealt with. */
const READ_MAX = 1_000;
const PAGES_MAX = 10;

type Place = Input<'dead-letter show'>;

/** @throws ImError IM_ADMIN_UNKNOWN. */
export async function deadLetterList(
  looking: Looking,
  { consumer, ...input }: Input<'dead-letters'>,
): Promise<Output<'dead-letters'>> {
  const all = looking.inside.effects.consumers;
  const wanted = all.filter(({ name }) => consumer === undefined || name === consumer);
  if (consumer !== undefined && wanted.length === 0) throw unknown('consumer', consumer);
  const rows: DeadLetterRow[] = [];
  let more = false;
  for (const { name, deadLetters } of wanted) {
    let after: string | undefined;
    let pages = 0;
    do {
      const { letters, upTo } = await deadLetters.list(after, READ_MAX);
      rows.push(...letters.map((letter) => ({ consumer: name, ...letter })));
      after = upTo;
      pages += 1;
    } while (after !== undefined && rows.length < READ_MAX && pages < PAGES_MAX);
    more ||= after !== undefined;
  }
  return { ...listed(rows, input), more };
}

/** Rejects with IM_ADMIN_UNKNOWN. */
export async function deadLetterDetail(looking: Looking, place: Place): Promise<DeadLetterDetail> {
  const acts = actsOf(looking, place);
  const letter = (await acts.find(place)) ?? missing(place);
  const entry = await acts.entryOf(place);
  return {
    consumer: place.consumer,
    ...letter,
    ...(entry && {
      entry: {
        kind: entry.kind,
        user: entry.user,
        device: entry.device,
        acceptedAt: entry.acceptedAt,
        ...(entry.body && { bodyBytes: entry.body.length }),
      },
    }),
  };
}

/** Rejects with IM_ADMIN_UNKNOWN, IM_ADMIN_AWAY, or IM_CONSUMER_AGAIN. */
export async function actOnLetter(
  looking: Looking,
  act: 'retry' | 'discard',
  place: Place,
): Promise<Output<'dead-letter retry'>> {
  const { conversation, position } = place;
  const letter = await actsOf(looking, place)[act]({ conversation, position });
  return letter ? { ...place } : missing(place);
}

function actsOf({ inside }: Looking, { consumer }: Place): LetterActs {
  const found = inside.effects.consumers.find(({ name }) => name === consumer);
  if (!found) throw unknown('consumer', consumer);
  return found.letterActs;
}

function missing({ consumer, conversation, position }: Place): never {
  throw unknown('dead letter', `${consumer} ${conversation} ${position}`);
}

function unknown(what: string, id: string): ImError {
  return new ImError('IM_ADMIN_UNKNOWN', { what, id });
}
