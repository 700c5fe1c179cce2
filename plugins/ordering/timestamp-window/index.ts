import { definePlugin } from 'im-kernel/contract';
import { check, SETTINGS } from './settings.ts';
import { TimestampWindow } from './timestamp-window.ts';

export default definePlugin({
  contract: 1,
  role: 'ordering',
  type: 'timestamp-window',
  summary: 'Orders messages by when they were sent; readers hold them for a measured window.',
  stability: 'stable',
  perKind: true,
  config: SETTINGS,
  check,
  create: (config, host) => new TimestampWindow(config, host),
});
