/** What the deliveries of all sessions share. */
import type { Clock, Log, Persistence } from '../contract/index.ts';
import type { Limits } from '../config/limits.ts';
import type { Conversations } from './conversations.ts';
import type { DeliveryCounters } from './delivery-counters.ts';
import type { Progress } from './progress.ts';
import type { SentBefore } from './sent-before.ts';
import type { FlightRecorder } from './trace/flight-recorder.ts';

export interface DeliverySurroundings {
  readonly persistence: Persistence;
  readonly conversations: Conversations;
  readonly progress: Progress;
  readonly clock: Clock;
  readonly log: Log;
  readonly limits: Limits;
  readonly sentBefore: SentBefore;
  readonly counters: DeliveryCounters;
  readonly recorder: FlightRecorder;
}
