/**
 * Says whom a token belongs to. What a peer sends never throws here: it is refused, with a reason
 * for the log.
 */
import { errors, jwtVerify, SignJWT, type CryptoKey, type JWTVerifyGetKey } from 'jose';
import {
  must,
  reasonOf,
  type Authentication,
  type Component,
  type Host,
  type Identity,
} from 'im-kernel/contract';

/** Tokens above this are refused unread. */
export const tokenMaxBytes = 8192;

export interface TokenRules {
  readonly algorithms: readonly string[];
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
  /** How long an issued token holds, ms. */
  readonly life: number;
  /** In ms. */
  readonly clockTolerance: number;
}

/** Where verification keys come from. */
export interface Keys extends Component {
  /** The key that a token's header asks for. Rejects if there is none. */
  readonly find: JWTVerifyGetKey<CryptoKey>;
  /** The key for making tokens; undefined where they come from elsewhere, and before the start. */
  readonly secret: CryptoKey | undefined;
  readonly issues: boolean;
}

type Answer = Identity | { readonly refused: string };

export class JwtAuthentication implements Authentication {
  readonly issue?: (user: string, lifeMs: number | undefined) => Promise<string>;
  readonly #rules: TokenRules;
  readonly #keys: Keys;
  readonly #host: Host;
  #running = false;

  constructor(rules: TokenRules, keys: Keys, host: Host) {
    this.#rules = rules;
    this.#keys = keys;
    this.#host = host;
    if (keys.issues) this.issue = (user, lifeMs) => this.#sign(user, lifeMs);
  }

  async start(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    await this.#keys.start(signal);
    this.#running = true;
  }

  async stop(deadline: AbortSignal): Promise<void> {
    this.#running = false;
    await this.#keys.stop(deadline);
  }

  async authenticate(token: string): Promise<Answer> {
    if (!this.#running) return { refused: 'the authentication is not running' };
    if (token.length > tokenMaxBytes) return { refused: `longer than ${tokenMaxBytes} octets` };
    try {
      return await this.#verify(token);
    } catch (error) {
      const code = error instanceof errors.JOSEError ? `${error.code}: ` : '';
      return { refused: code + reasonOf(error) };
    }
  }

  async #verify(token: string): Promise<Answer> {
    const { algorithms, issuer, audience, clockTolerance } = this.#rules;
    const { payload } = await jwtVerify(token, this.#keys.find, {
      algorithms: [...algorithms],
      clockTolerance: clockTolerance / 1000,
      currentDate: new Date(this.#host.clock.now()),
      requiredClaims: ['sub'],
      ...(issuer !== undefined && { issuer }),
      ...(audience !== undefined && { audience }),
    });
    const { sub, exp } = payload;
    if (typeof sub !== 'string' || sub === '') return { refused: '`sub` names no user' };
    if (exp === undefined) return { user: sub };
    const expiresAt = Math.min(exp * 1000 + clockTolerance, Number.MAX_SAFE_INTEGER);
    return { user: sub, expiresAt };
  }

  async #sign(user: string, lifeMs: number | undefined): Promise<string> {
    const { issuer, audience, life } = this.#rules;
    const { secret } = this.#keys;
    must(secret, 'a token was asked for before the start');
    const issuedAt = Math.floor(this.#host.clock.now() / 1000);
    const payload = {
      sub: user,
      iat: issuedAt,
      exp: issuedAt + Math.ceil((lifeMs ?? life) / 1000),
      ...(issuer !== undefined && { iss: issuer }),
      ...(audience !== undefined && { aud: audience }),
    };
    return new SignJWT(payload).setProtectedHeader({ alg: 'HS256', typ: 'JWT' }).sign(secret);
  }
}
