/** The transports that a file names, with their bounds, before a door. */
import type { Settings } from '../config/settings.ts';
import type { Transport } from '../contract/index.ts';
import type { Door } from '../session/door.ts';
import type { Foundation } from './foundation.ts';

/** Starts nothing. */
export function createTransports(settings: Settings, { create }: Foundation, door: Door) {
  const { messageMax, outputHighWater } = settings.limits;
  return settings.transports.map((instance) => ({
    name: instance.name,
    component: create(instance, {
      messageMaxBytes: messageMax,
      highWaterBytes: outputHighWater,
      open: door.open.bind(door),
    }) as Transport,
  }));
}
