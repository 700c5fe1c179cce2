import {
  address,
  duration,
  group,
  listOf,
  oneOf,
  optional,
  path,
  size,
  text,
  whole,
  type Values,
} from 'im-kernel/contract';

export const SETTINGS = {
  listen: address({
    help: 'Where to listen; port 0: any free one.',
    fallback: { host: '127.0.0.1', port: 7401 },
  }),
  backlog: whole({
    help: 'Connections that the system holds until they are accepted.',
    fallback: 1024,
    min: 1,
    max: 65_535,
  }),
  path: text({
    help: 'The path that upgrades; it is compared exactly, and takes no query.',
    fallback: '/im',
    pattern: '/[A-Za-z0-9._~/-]*',
    max: 256,
  }),
  origins: listOf(text({ help: 'An origin, such as https://chat.example.org.', max: 256 }), {
    help: 'Web origins that may connect; empty: any. A request without Origin always may.',
    fallback: [],
    max: 1_000,
  }),
  tls: optional(
    group({
      help: 'Absent: plain HTTP.',
      fields: {
        cert: path({ help: 'The certificate chain, PEM.', live: true }),
        key: path({ help: 'Its private key, PEM.', live: true }),
        minVersion: oneOf({
          help: 'The oldest protocol version that is spoken.',
          choices: ['TLSv1.2', 'TLSv1.3'],
          fallback: 'TLSv1.2',
          live: true,
        }),
      },
    }),
  ),
  handshakeTimeout: duration({
    help: 'For the TLS handshake.',
    fallback: 10_000,
    min: 100,
    max: 120_000,
  }),
  headersTimeout: duration({
    help: 'For the whole request that asks for the upgrade.',
    fallback: 10_000,
    min: 100,
    max: 120_000,
  }),
  headersMaxBytes: size({
    help: 'The longest request, its line and headers together.',
    fallback: 16_384,
    min: 1_024,
    max: 1_048_576,
  }),
  headersMax: whole({ help: 'Headers of a request.', fallback: 100, min: 10 }),
  upgradesMax: whole({
    help: 'Connections that have not upgraded yet; more are cut.',
    fallback: 4_096,
    min: 1,
  }),
  fragmentsMax: whole({ help: 'Fragments of one message.', fallback: 64, min: 1 }),
  controlFramesMax: whole({
    help: 'Pings and pongs of a peer between two of its messages.',
    fallback: 1_000,
    min: 10,
  }),
  inboxMax: whole({
    help: 'Messages of a peer that came in one read and wait for the kernel.',
    fallback: 2_048,
    min: 64,
  }),
  flushTimeout: duration({
    help: 'For the last bytes to a peer that is being closed; then they are dropped.',
    fallback: 10_000,
    min: 10,
  }),
  halfOpenTimeout: duration({
    help: 'A peer that sent its close frame is closed after this, if nobody closed it before.',
    fallback: 30_000,
    min: 10,
  }),
  faultLinger: duration({
    help: 'Input discarded for this long after a breach of the WebSocket protocol.',
    fallback: 2_000,
    min: 0,
  }),
};

export type Settings = Values<typeof SETTINGS>;
