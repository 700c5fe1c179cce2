import {
  duration,
  group,
  oneOf,
  optional,
  path,
  secret,
  size,
  text,
  whole,
  type Values,
} from 'im-kernel/contract';

const DAY_MS = 86_400_000;

export const SETTINGS = {
  url: secret({ help: 'The database: postgres://user:password@host:5432/name.' }),
  schema: text({
    help: 'The schema that holds the tables; made if it is missing.',
    fallback: 'im',
    pattern: '[a-z_][a-z0-9_]{0,62}',
  }),
  shards: whole({
    help: 'Shards, the units of ownership; fixed when the tables are made.',
    fallback: 64,
    min: 1,
    max: 4096,
  }),
  commit: oneOf({
    help: 'batch: what came in while a commit ran is committed together; immediate: each alone.',
    choices: ['batch', 'immediate'],
    fallback: 'batch',
  }),
  batchEntries: whole({
    help: 'Entries committed together at most, or one append if that is larger.',
    fallback: 1024,
    min: 1,
    max: 65_536,
  }),
  batchBytes: size({
    help: 'Bodies committed together at most, or one append if that is larger.',
    fallback: 4_194_304,
    min: 1024,
    max: 268_435_456,
  }),
  writers: whole({
    help: 'Connections that append, each with one commit in flight.',
    fallback: 2,
    min: 1,
    max: 4,
  }),
  readers: whole({
    help: 'Connections for everything else.',
    fallback: 4,
    min: 1,
    max: 64,
  }),
  unsafe: oneOf({
    help: 'When the server does not sync its commits: refuse it, or promise only `process`.',
    choices: ['refuse', 'process'],
    fallback: 'refuse',
  }),
  wait: duration({
    help: 'How long a request waits for a database that is away, then it is refused for now.',
    fallback: 3_000,
    min: 10,
    max: DAY_MS,
  }),
  connectTimeout: duration({
    help: 'For a connection to be made.',
    fallback: 5_000,
    min: 10,
    max: DAY_MS,
  }),
  statementTimeout: duration({
    help: 'For one statement; then the server ends it, and 2s later the connection is given up.',
    fallback: 30_000,
    min: 10,
    max: DAY_MS,
  }),
  lockTimeout: duration({
    help: 'For one lock, such as that of a shard under takeover.',
    fallback: 10_000,
    min: 10,
    max: DAY_MS,
  }),
  tls: optional(
    group({
      help: 'Absent: plain TCP. Given: TLS, and the certificate must be right for the host.',
      fields: {
        ca: optional(
          path({ help: 'Who may have signed it, PEM; absent: those that Node.js trusts.' }),
        ),
      },
    }),
  ),
};

export type Settings = Values<typeof SETTINGS>;

/** Who and where a url means, fit to be shown: without the password. Undefined: it is none. */
export function nameOf(url: string): string | undefined {
  try {
    // A socket's folder stands in `?host=`, and then the place of the host is empty.
    const { username, password, hostname, port, pathname, searchParams } = new URL(
      url.replace('@/', '@localhost/'),
    );
    decodeURIComponent(password);
    const place = searchParams.get('host') ?? `${hostname}:${port || '5432'}`;
    const database = decodeURIComponent(pathname.slice(1));
    const user = decodeURIComponent(username);
    return user && database ? `${user}@${place}/${database}` : undefined;
  } catch {
    return undefined;
  }
}

/** What is wrong with the url; never says the url, which holds a password. */
export function problemsOf({ url }: Settings): readonly string[] {
  if (!/^postgres(ql)?:\/\//.test(url) || nameOf(url) === undefined) {
    return ['url must read postgres://user:password@host:5432/database, each part encoded.'];
  }
  if (/[?&]ssl/.test(url)) {
    return ['url must say nothing of ssl: give `tls: {}`, or `tls: { ca: FILE }`, beside it.'];
  }
  return [];
}
