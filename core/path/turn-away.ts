/** The reception of a gateway: whoever greets is told where to go, before anything is checked. */
import { Admission } from '../cluster/gateway/admission.ts';
import { route, type GatewayView } from '../cluster/gateway/route.ts';
import type { Limits } from '../config/limits.ts';
import { rateOf } from '../config/rate-of.ts';
import type { Clock } from '../contract/index.ts';
import type { Reception, SessionHandler } from '../session/session-handler.ts';
import type { Session } from '../session/session.ts';
import type { Hello, Moved } from '../wire/frames.ts';
import { PROTOCOL_VERSION } from '../wire/protocol-version.ts';

interface Surroundings {
  readonly view: () => GatewayView;
  readonly clock: Clock;
  readonly limits: Limits;
}

export class TurnAway implements Reception {
  readonly #around: Surroundings;
  readonly #admission: Admission;

  constructor(around: Surroundings) {
    const { limits, clock } = around;
    this.#around = around;
    const rate = rateOf(limits, 'gatewayPerSecond', 'gatewayBurst');
    this.#admission = new Admission(rate, clock);
  }

  greet(session: Session, hello: Hello): Promise<SessionHandler | undefined> {
    if (hello.version === PROTOCOL_VERSION) session.move(this.#moved());
    else session.fail('unsupported-version', `this server speaks version ${PROTOCOL_VERSION}`);
    return Promise.resolve(undefined);
  }

  #moved(): Moved {
    const { retryAfter } = this.#around.limits;
    const waitMs = this.#admission.take();
    if (waitMs > 0) {
      return { type: 'moved', retryAfterMs: waitMs, spreadMs: waitMs, reason: 'too many ask' };
    }
    const way = route(this.#around.view());
    if (way) return { type: 'moved', address: way.addresses, reason: `${way.node} serves` };
    const nobody = { retryAfterMs: retryAfter, spreadMs: retryAfter, reason: 'no server is ready' };
    return { type: 'moved', ...nobody };
  }
}
