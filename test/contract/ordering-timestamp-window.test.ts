import { judgeOrdering } from 'im-kernel/kit';
import plugin from '../../plugins/ordering/timestamp-window/index.ts';
import { windowSettings } from '../unit/ordering/window-settings.ts';

for (const mode of ['lateness', 'p99', 'fixed'] as const) {
  // Of the judge's stamps, which are off by up to a minute, this believes those of the past.
  const settings = windowSettings({ mode, skewMax: 60_000 });
  judgeOrdering({
    name: `timestamp-window by ${mode}`,
    make: (host) => plugin.create(settings, host),
    together: (hosts) => hosts.map((host) => plugin.create(settings, host)),
  });
}

judgeOrdering({
  name: 'timestamp-window that believes no stamp',
  make: (host) => plugin.create(windowSettings({ skewMax: 1 }), host),
  together: (hosts) => hosts.map((host) => plugin.create(windowSettings({ skewMax: 1 }), host)),
});
