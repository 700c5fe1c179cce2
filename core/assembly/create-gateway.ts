/** The gateway's port, where the file asks for one. */
import { Answers } from '../cluster/gateway/answers.ts';
import type { GatewayView } from '../cluster/gateway/route.ts';
import type { Limits } from '../config/limits.ts';
import { rateOf } from '../config/rate-of.ts';
import type { Settings } from '../config/settings.ts';
import type { Clock, Log, Metrics, Random } from '../contract/index.ts';
import { HttpGateway } from './http-gateway.ts';

interface Sources {
  readonly settings: Settings;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly random: Random;
  readonly metrics: Metrics;
  readonly log: Log;
  readonly view: () => GatewayView;
}

/** Starts nothing. */
export function createGateway(sources: Sources): HttpGateway | undefined {
  const { settings, limits, clock, random, metrics, log, view } = sources;
  const { gateway } = settings;
  if (!gateway) return undefined;
  const help = 'What the gateway answered, by kind.';
  const answers = new Answers({
    view,
    clock,
    random,
    rate: rateOf(limits, 'gatewayPerSecond', 'gatewayBurst'),
    get retryAfterMs() {
      return limits.retryAfter;
    },
    answered: metrics.counter('im_gateway_answers_total', help, 'answer'),
  });
  metrics.gauge('im_gateway_view_age_ms', 'Since the gateway saw the store last.', () => {
    return view().agoMs;
  });
  return new HttpGateway({
    listen: gateway.listen,
    get connectionsMax() {
      return limits.gatewayConnections;
    },
    get questionMaxMs() {
      return limits.helloTimeout;
    },
    answers,
    metrics,
    log,
  });
}
