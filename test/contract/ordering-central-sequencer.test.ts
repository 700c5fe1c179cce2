import { fakeClock, judgeOrdering, memoryLinks } from 'im-kernel/kit';
import type { Links, Ordering, OrderingHost } from 'im-kernel/contract';
import plugin from '../../plugins/ordering/central-sequencer/index.ts';
import { sequencerSettings } from '../unit/ordering/sequencer-settings.ts';

judgeOrdering({
  name: 'central-sequencer',
  make: (host) => plugin.create(sequencerSettings({}), host),
  total: true,
});

judgeOrdering({
  name: 'central-sequencer with small blocks',
  make: (host) => plugin.create(sequencerSettings({ block: 3 }), host),
  total: true,
});

/** A server and its sequencer in one: what the judge starts, stops and kills. */
function linked(host: OrderingHost, links: Links): Ordering {
  const at = { host: 'sequencer', port: 7440 };
  const lent = { ...host, links };
  const serving = plugin.create(sequencerSettings({ sequencer: { listen: at } }), lent);
  const asking = plugin.create(sequencerSettings({ sequencer: { connect: at } }), lent);
  return {
    rule: asking.rule,
    place: (batch, lastOrder, standing) => asking.place(batch, lastOrder, standing),
    start: async (signal) => {
      await serving.start(signal);
      await asking.start(signal);
    },
    stop: async (deadline) => {
      await asking.stop(deadline);
      await serving.stop(deadline);
    },
  };
}

judgeOrdering({
  name: 'central-sequencer over a link',
  make: (host) => linked(host, memoryLinks(host.clock)),
  total: true,
});

judgeOrdering({
  name: 'central-sequencer for two servers',
  make: (host) => linked(host, memoryLinks(host.clock)),
  together: (hosts) => {
    const links = memoryLinks(hosts[0]?.clock ?? fakeClock());
    const at = { host: 'sequencer', port: 7440 };
    return hosts.map((host, index) =>
      index === 0
        ? linked(host, links)
        : plugin.create(sequencerSettings({ sequencer: { connect: at } }), { ...host, links }),
    );
  },
  total: true,
});
