/**
 * One typed token per service, so that the compiler checks each binding's list against its factory.
 */
import type { ServiceIdentifier } from 'inversify';
import type { ChatRules } from '../chat/rules.ts';
import type { Lease } from '../cluster/lease.ts';
import type { Shards } from '../cluster/shards.ts';
import type { Whereabouts } from '../cluster/whereabouts.ts';
import type { Blocks } from '../config/blocks.ts';
import type { Limits } from '../config/limits.ts';
import type { LiveLimits } from '../config/live-limits.ts';
import type {
  Authentication,
  Clock,
  Failover,
  Health,
  Metrics,
  NodeLife,
  Persistence,
  Random,
} from '../contract/index.ts';
import type { NodeLog } from '../kernel/log.ts';
import type { Answers } from '../path/answers.ts';
import type { AttendanceSurroundings } from '../path/attendance.ts';
import type { Attendants } from '../path/attendants.ts';
import type { Conversations } from '../path/conversations.ts';
import type { DeliverySurroundings } from '../path/delivery-surroundings.ts';
import type { Consuming, Effects } from '../path/effects.ts';
import type { Fanout } from '../path/fanout.ts';
import type { Guarded, Guarding } from '../path/guarding.ts';
import type { Keeping } from '../path/keeping.ts';
import type { Lanes } from '../path/lanes.ts';
import type { MessagePath } from '../path/message-path.ts';
import type { Orderings } from '../path/orderings.ts';
import type { Placement } from '../path/placement.ts';
import type { Presence } from '../path/presence.ts';
import type { Progress } from '../path/progress.ts';
import type { Questions } from '../path/questions.ts';
import type { Recall } from '../path/recall.ts';
import type { Receipts } from '../path/receipts.ts';
import type { Cached, RecentAnswers } from '../path/recent-answers.ts';
import type { Reception } from '../path/reception.ts';
import type { Replay } from '../path/replay.ts';
import type { Retention } from '../path/retention.ts';
import type { Signals } from '../path/signals.ts';
import type { FlightRecorder } from '../path/trace/flight-recorder.ts';
import type { Tracing } from '../path/trace/tracing.ts';
import type { Directory } from '../session/directory.ts';
import type { Door } from '../session/door.ts';
import type { Wheel } from '../session/wheel.ts';
import type { ConsumptionSurroundings } from './effects-module.ts';
import type { Consumed } from './watched.ts';

const token = <T>(name: string): ServiceIdentifier<T> => Symbol(name);

/** What is told when the state can be trusted no more. */
export type Broken = (why: string) => void;

/** What a part says of itself, under its name. */
export type Report = (part: string, health: Health) => void;

export const T = {
  node: token<string>('node'),
  life: token<NodeLife>('life'),
  lease: token<Lease>('lease'),
  whereabouts: token<Whereabouts>('whereabouts'),
  clock: token<Clock>('clock'),
  random: token<Random>('random'),
  log: token<NodeLog>('log'),
  metrics: token<Metrics>('metrics'),
  limits: token<Limits>('limits'),
  bounds: token<LiveLimits>('bounds'),
  chat: token<Blocks['chat']>('chat'),
  rules: token<ChatRules>('rules'),
  broken: token<Broken>('broken'),
  recorder: token<FlightRecorder>('recorder'),
  tracing: token<Tracing>('tracing'),
  report: token<Report>('report'),
  persistence: token<Persistence>('persistence'),
  cached: token<{ readonly cached: Cached | undefined }>('cached'),
  orderings: token<Orderings>('orderings'),
  failover: token<Failover>('failover'),
  authentication: token<Pick<Authentication, 'authenticate'>>('authentication'),
  guards: token<readonly Guarded[]>('guards'),
  consumers: token<readonly Consumed[]>('consumers'),
  consuming: token<readonly Consuming[]>('consuming'),
  consumption: token<ConsumptionSurroundings>('consumption'),
  guarding: token<Guarding>('guarding'),
  effects: token<Effects>('effects'),
  replay: token<Replay>('replay'),
  retention: token<Retention>('retention'),
  wheel: token<Wheel>('wheel'),
  directory: token<Directory>('directory'),
  shards: token<Shards>('shards'),
  conversations: token<Conversations>('conversations'),
  attendants: token<Attendants>('attendants'),
  receipts: token<Receipts>('receipts'),
  progress: token<Progress>('progress'),
  presence: token<Presence>('presence'),
  questions: token<Questions>('questions'),
  signals: token<Signals>('signals'),
  answers: token<Answers>('answers'),
  recent: token<RecentAnswers>('recent'),
  recall: token<Recall>('recall'),
  placement: token<Placement>('placement'),
  keeping: token<Keeping>('keeping'),
  fanout: token<Fanout>('fanout'),
  path: token<MessagePath>('path'),
  lanes: token<Lanes>('lanes'),
  delivery: token<DeliverySurroundings>('delivery'),
  attendance: token<Omit<AttendanceSurroundings, 'leave'>>('attendance'),
  reception: token<Reception>('reception'),
  door: token<Door>('door'),
} as const;
