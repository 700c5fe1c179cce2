/** The chat in a pipe: every line is a message, every message a line. */
import { createInterface } from 'node:readline';
import type { Client, CommandHandle } from '../client/index.ts';
import { systemClock } from '../client/system.ts';
import { type AbsenceParts, watchAbsence } from './chat-absence.ts';
import { watchRefusals } from './chat-refusals.ts';
import type { ChatPlan } from './chat-options.ts';
import { actText, messageText } from './chat-text.ts';
import type { ChatStreams } from './chat.ts';
import { EXIT, type Io } from './io.ts';

export interface Chat {
  readonly im: Client;
  readonly plan: ChatPlan;
  readonly streams: ChatStreams;
  readonly io: Io;
  /** Default: the system's. */
  readonly clock?: AbsenceParts['clock'];
}

/** Lines on their way before reading goes on. */
const UNANSWERED_MAX = 1_000;

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** Reads to the end of input, and waits until everything is answered. */
export async function chatByPipe({
  im,
  plan,
  streams,
  io,
  clock = systemClock,
}: Chat): Promise<number> {
  const ended = new Promise<'ended'>((resolve) => {
    im.on('state', ({ state }) => {
      if (state === 'closed') resolve('ended');
    });
  });
  const current = plan.target?.startsWith('g/') === true ? plan.target : undefined;
  const print = (line: string): void => void streams.output.write(`${line}\n`);
  im.on('message', (message) => print(messageText(message, current)));
  im.on('act', (act) => print(actText(act, current)));
  const say = (text: string): void => io.err(`im chat: ${text}`);
  const unheed = watchRefusals(im, { clock, say });
  const unwatch = watchAbsence(im, { clock, say, begun: () => undefined });
  const sent = sendLines(im, plan.target ?? '', streams, io);
  const end = await Promise.race([sent, ended]);
  unwatch();
  unheed();
  return end === 'ended' ? EXIT.failed : end;
}

async function sendLines(
  im: Client,
  target: string,
  { input }: ChatStreams,
  io: Io,
): Promise<number> {
  let code: number = EXIT.ok;
  const open = new Set<Promise<void>>();
  const follow = (handle: CommandHandle): void => {
    const answered = handle.accepted.then(
      () => undefined,
      (error: unknown) => {
        code = EXIT.failed;
        io.err(`im chat: not sent: ${reasonOf(error)}`);
      },
    );
    open.add(answered);
    void answered.then(() => open.delete(answered));
  };
  for await (const line of createInterface({ input, crlfDelay: Infinity })) {
    if (line !== '') follow(im.send(target, line));
    while (open.size >= UNANSWERED_MAX) await Promise.race(open);
  }
  await Promise.all(open);
  // What an earlier run could not get answered is in the outbox, and sent as well.
  if (im.state !== 'closed') await im.ready;
  await Promise.allSettled(im.unanswered.map(({ accepted }) => accepted));
  return code;
}
