/** What the application of a client was shown, and what the client told the server of it. */
import type { Stage } from './a-client.ts';

/** Texts, in the sequence in which they were shown. */
export function listening(stage: Stage): string[] {
  const texts: string[] = [];
  stage.im.on('message', ({ text }) => void texts.push(text ?? ''));
  return texts;
}

/** RECEIVEDs on the connection that is open: a conversation and a position each. */
export function received(stage: Stage): string[] {
  const frames = stage.net.last.only('received');
  return frames.flatMap(({ upTo = [] }) =>
    upTo.map(({ conversation, position }) => `${conversation} ${position}`),
  );
}
