/** `im chat`: talk from a terminal, line by line, or through a pipe. */
import type { Readable, Writable } from 'node:stream';
import { connect } from '../client/index.ts';
import { type ChatOptions, planChat, wrongUse } from './chat-options.ts';
import { chatByPipe } from './chat-pipe.ts';
import { chatOnTerminal } from './chat-terminal.ts';
import { EXIT, type Io, processIo } from './io.ts';
import { report } from './report.ts';

/** Where the lines come from and go to; a test brings its own. */
export interface ChatStreams {
  readonly input: Readable & { readonly isTTY?: boolean };
  readonly output: Writable & {
    readonly isTTY?: boolean;
    readonly columns?: number;
    readonly rows?: number;
  };
}

/**
 * Resolves to the exit code: 0 at the end of input (Ctrl-D) once everything is accepted, 1 if
 * something was refused or the server ended the session, 2 for wrong use, 7 for a bad
 * configuration.
 */
export async function chat(
  options: ChatOptions,
  streams: ChatStreams = { input: process.stdin, output: process.stdout },
  io: Io = processIo(),
): Promise<number> {
  const onTerminal = streams.input.isTTY === true && streams.output.isTTY === true;
  const wrong = wrongUse(options);
  if (wrong !== undefined) {
    io.err(wrong);
    return EXIT.usage;
  }
  try {
    const plan = await planChat(options);
    if (plan.target === undefined && !onTerminal) {
      io.err('say whom to write to: --to USER or --group NAME');
      return EXIT.usage;
    }
    const { addresses: address, gateways: gateway, token, device, user, outbox } = plan;
    const im = connect({ address, gateway, token, device, user, outbox, agent: 'im chat' });
    const code = await (onTerminal ? chatOnTerminal : chatByPipe)({ im, plan, streams, io });
    await im.close();
    return code;
  } catch (error) {
    return report(error, io);
  }
}
