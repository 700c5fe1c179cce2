import { duration, optional, path, secret, text, type Values } from 'im-kernel/contract';

export const SETTINGS = {
  url: secret({
    help: 'The Redis: redis://user:password@host:6379/0, or rediss:// for TLS.',
    max: 2_048,
  }),
  prefix: text({
    help: 'What its keys begin with.',
    fallback: 'im:registry:',
    max: 64,
    pattern: '[!-~]*',
  }),
  connectTimeout: duration({
    help: 'For a connection to be made.',
    fallback: 2_000,
    min: 10,
    max: 10_000,
  }),
  answerTimeout: duration({
    help: 'A connection on which an answer takes longer is given up.',
    fallback: 1_000,
    min: 10,
    max: 60_000,
  }),
  ca: optional(
    path({
      help: 'With rediss://: who may have signed, PEM; absent: those that Node.js trusts.',
    }),
  ),
};

export type Settings = Values<typeof SETTINGS>;

const DEFAULT_PORT = 6379;

/** Where a url leads, fit to be shown: without user and password. Undefined: it is none. */
export function placeOf(url: string): string | undefined {
  const parsed = URL.parse(url);
  if (!parsed || !/^rediss?:$/.test(parsed.protocol) || parsed.hostname === '') return undefined;
  const { username, password, hostname, port, pathname, search, hash } = parsed;
  if (!/^(?:\/\d{0,5})?$/.test(pathname) || search !== '' || hash !== '') return undefined;
  try {
    decodeURIComponent(`${username}${password}`);
  } catch {
    return undefined;
  }
  const database = pathname.length > 1 ? pathname : '';
  return `${hostname}:${port || DEFAULT_PORT}${database}`;
}

/** What is wrong with them; never says the url, which holds a password. */
export function problemsOf({ url, ca }: Settings): readonly string[] {
  if (placeOf(url) === undefined) {
    return ['url must read redis://user:password@host:6379/0, or rediss://, each part encoded.'];
  }
  if (ca !== undefined && !url.startsWith('rediss:')) return ['ca needs a url with rediss://.'];
  return [];
}
