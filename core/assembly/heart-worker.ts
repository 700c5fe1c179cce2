/** The thread of a heart: it beats while the node's own loop stands, and says for how long. */
import { parentPort, workerData } from 'node:worker_threads';
import { Heart } from '../cluster/heart/heart.ts';
import { ImError, must, type Log } from '../contract/index.ts';
import { systemClock, systemRandom } from '../kernel/system.ts';
import type { FromHeart, HeartThreadData, ToHeart } from './heart-messages.ts';
import { linkMeans } from './lend-links.ts';
import { SharedMoves } from './shared-moves.ts';
import { tcpNetwork } from './tcp-network.ts';

function say(message: FromHeart): void {
  must(parentPort, 'a heart has a thread of its own');
  parentPort.postMessage(message);
}

function line(level: keyof Log): Log[keyof Log] {
  return (message, fields) => say({ say: 'log', level, message, fields });
}

const { settings, memory } = workerData as HeartThreadData;
const log = { debug: line('debug'), info: line('info'), warn: line('warn'), error: line('error') };
const means = linkMeans({ clock: systemClock(), random: systemRandom(), log }, tcpNetwork());
const heart = new Heart(settings, means, new SharedMoves(memory), (news) => {
  say({ say: 'news', news });
});

parentPort?.on('message', (message: ToHeart) => {
  if (message.say === 'know') heart.know(message.peers);
  else if (message.say === 'turn') heart.turn(message.state);
  else void heart.stop().then(() => parentPort?.close());
});

heart.start(new AbortController().signal).then(
  (address) => say({ say: 'listening', address }),
  (error: unknown) => {
    if (!(error instanceof ImError)) throw error;
    say({ say: 'refused', trouble: { code: error.code, details: error.details } });
  },
);
