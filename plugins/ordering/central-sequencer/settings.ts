import {
  address,
  duration,
  group,
  ImError,
  optional,
  path,
  whole,
  type ConnectOptions,
  type LinkOptions,
  type Values,
} from 'im-kernel/contract';
import { NUMBER_MAX } from './number-source.ts';

/** The most numbers that are handed out, and lost by a crash, at once. */
export const BLOCK_MAX = 1_000;

export const SETTINGS = {
  block: whole({
    help: 'Numbers asked for at once; the next ones are when half of them are used.',
    fallback: BLOCK_MAX,
    min: 1,
    max: BLOCK_MAX,
  }),
  wait: duration({
    help: 'How long commands wait for numbers; then they are refused with `busy`.',
    fallback: 2_000,
    min: 10,
    max: 60_000,
  }),
  maxAge: duration({
    help: 'Among several servers: numbers in hand for longer are let go; orders follow time so closely.',
    fallback: 1_000,
    min: 10,
    max: 3_600_000,
  }),
  above: whole({
    help: 'Numbers begin above this: raise it after `timestamp-window`, or where the register was lost.',
    fallback: 0,
    min: 0,
    max: NUMBER_MAX,
  }),
  maxHold: duration({
    help: 'The longest that a client may hold a message for an earlier one.',
    fallback: 300,
    min: 0,
    max: 60_000,
  }),
  sequencer: optional(
    group({
      help: 'Absent: the sequencer is in this process, and serves it alone.',
      fields: {
        connect: optional(address({ help: 'The sequencer that this server uses.' })),
        listen: optional(address({ help: 'Where this one serves other servers.' })),
        secretFile: path({
          help: 'What both ends share; made where one listens, if it is absent.',
          fallback: './data/sequencer.key',
        }),
        linksMax: whole({
          help: 'Servers that one sequencer serves at once; more are cut.',
          fallback: 64,
          min: 1,
          max: 4_096,
        }),
        openTimeout: duration({
          help: 'For connecting, and for proving the secret.',
          fallback: 5_000,
          min: 100,
          max: 60_000,
        }),
        heartbeat: duration({
          help: 'Silence after which either end asks; after 2.5 times as long the link is lost.',
          fallback: 2_000,
          min: 50,
          max: 60_000,
        }),
        reconnectMax: duration({
          help: 'The longest wait before a lost link is tried again; they begin at 50ms.',
          fallback: 2_000,
          min: 50,
          max: 60_000,
        }),
      },
    }),
  ),
};

export type Settings = Values<typeof SETTINGS>;
export type SequencerSettings = NonNullable<Settings['sequencer']>;

export function check({ sequencer }: Settings): readonly string[] {
  if (!sequencer) return [];
  const { connect, listen } = sequencer;
  if (connect && listen) return ['sequencer.connect and sequencer.listen cannot both be given'];
  if (!connect && !listen) return ['sequencer needs connect or listen; without both leave it out'];
  return connect?.port === 0 ? ['sequencer.connect needs a port: 0 is none'] : [];
}

/** A message is some octets: anything longer is none of ours. */
const FRAME_MAX_BYTES = 64;
const OUTPUT_MAX_BYTES = 65_536;
const RECONNECT_BASE_MS = 50;

export function linkOptions(settings: SequencerSettings): LinkOptions {
  return {
    purpose: 'sequencer',
    secretFile: settings.secretFile,
    frameMaxBytes: FRAME_MAX_BYTES,
    outputMaxBytes: OUTPUT_MAX_BYTES,
    openTimeoutMs: settings.openTimeout,
    heartbeatMs: settings.heartbeat,
  };
}

export function connectOptions(
  settings: SequencerSettings,
  to: ConnectOptions['to'],
): ConnectOptions {
  const waits = { reconnectBaseMs: RECONNECT_BASE_MS, reconnectMaxMs: settings.reconnectMax };
  return { ...linkOptions(settings), ...waits, to };
}

/** Why there is no link, with the setting that is to blame. */
export function named({ code, details, cause }: ImError, address: 'connect' | 'listen'): ImError {
  const setting = `sequencer.${code === 'IM_LINK_SECRET' ? 'secretFile' : address}`;
  return new ImError(code, { ...details, setting }, { cause });
}
