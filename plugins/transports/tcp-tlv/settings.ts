import {
  address,
  duration,
  flag,
  group,
  oneOf,
  optional,
  path,
  whole,
  type Values,
} from 'im-kernel/contract';

export const SETTINGS = {
  listen: address({
    help: 'Where to listen; port 0: any free one.',
    fallback: { host: '127.0.0.1', port: 7400 },
  }),
  backlog: whole({
    help: 'Connections that the system holds until they are accepted.',
    fallback: 1024,
    min: 1,
    max: 65_535,
  }),
  noDelay: flag({ help: 'Sends small writes at once.', fallback: true }),
  keepAlive: group({
    help: 'How the system finds out that a silent peer has vanished.',
    fields: {
      idle: duration({ help: 'Silence before the first probe.', fallback: 30_000, min: 1_000 }),
      interval: duration({ help: 'Between two probes.', fallback: 5_000, min: 1_000 }),
      probes: whole({
        help: 'Unanswered probes that end a connection.',
        fallback: 4,
        min: 1,
        max: 127,
      }),
      userTimeout: duration({
        help: 'What was sent and not acknowledged for this long ends a connection; 0s: off.',
        fallback: 20_000,
        min: 0,
      }),
    },
  }),
  tls: optional(
    group({
      help: 'Absent: plain TCP.',
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
  handshakesMax: whole({
    help: 'TLS handshakes under way at once; more are cut.',
    fallback: 4_096,
    min: 1,
  }),
  flushTimeout: duration({
    help: 'For the last bytes to a peer that is being closed; then they are dropped.',
    fallback: 10_000,
    min: 10,
  }),
  halfOpenTimeout: duration({
    help: 'A peer that stopped sending is closed after this, if nobody closed it before.',
    fallback: 30_000,
    min: 10,
  }),
};

export type Settings = Values<typeof SETTINGS>;
