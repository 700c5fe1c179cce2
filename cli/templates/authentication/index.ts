/** Says whom a token belongs to: `user:expiry:signature`, signed with a secret of the settings. */
import { createHmac, timingSafeEqual } from 'node:crypto';
import {
  definePlugin,
  duration,
  secret,
  type Authentication,
  type Clock,
  type Identity,
} from 'im-kernel/contract';

const TOKEN = /^([A-Za-z0-9._@+-]{1,64}):([1-9][0-9]{0,15}):([A-Za-z0-9_-]{43})$/;

export class MyAuthentication implements Authentication {
  readonly #secret: string;
  readonly #lifeMs: number;
  readonly #clock: Clock;

  constructor(key: string, lifeMs: number, clock: Clock) {
    this.#secret = key;
    this.#lifeMs = lifeMs;
    this.#clock = clock;
  }

  async start(): Promise<void> {}

  async stop(): Promise<void> {}

  /** Must not reject, whatever a peer sends: what is wrong with a token is an answer. */
  async authenticate(token: string): Promise<Identity | { readonly refused: string }> {
    const [, user = '', expiry = '', signature = ''] = TOKEN.exec(token) ?? [];
    if (user === '') return { refused: 'it is no user:expiry:signature' };
    const right = Buffer.from(this.#sign(user, expiry));
    if (!timingSafeEqual(right, Buffer.from(signature))) return { refused: 'it is forged' };
    const expiresAt = Number(expiry);
    if (expiresAt <= this.#clock.now()) return { refused: 'it has expired' };
    return { user, expiresAt };
  }

  /** For `im token`; leave it out where tokens come from elsewhere. */
  async issue(user: string, lifeMs: number | undefined): Promise<string> {
    const expiry = String(Math.floor(this.#clock.now() + (lifeMs ?? this.#lifeMs)));
    return `${user}:${expiry}:${this.#sign(user, expiry)}`;
  }

  #sign(user: string, expiry: string): string {
    return createHmac('sha256', this.#secret).update(`${user}:${expiry}`).digest('base64url');
  }
}

export default definePlugin({
  contract: 1,
  role: 'authentication',
  type: 'my-plugin',
  summary: 'Accepts tokens that are signed with one secret.',
  stability: 'experimental',
  config: {
    secret: secret({ help: 'What tokens are signed with; keep it in the environment.', min: 32 }),
    life: duration({
      help: 'How long a token of `im token` is valid.',
      fallback: 3_600_000,
      min: 1,
    }),
  },
  create: (config, host) => new MyAuthentication(config.secret, config.life, host.clock),
});
