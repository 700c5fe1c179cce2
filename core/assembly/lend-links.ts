/** What plugins are lent to talk to other programs of the deployment. */
import { KeptLink } from '../cluster/link/kept-link.ts';
import type { LinkMeans } from '../cluster/link/link-means.ts';
import { listenForLinks } from '../cluster/link/link-listener.ts';
import type { Network } from '../cluster/link/network.ts';
import { ImError, type Host, type Links } from '../contract/index.ts';
import { readSecret } from '../kernel/secret-file.ts';

type Around = Pick<Host, 'clock' | 'random' | 'log'>;

export function linkMeans({ clock, random, log }: Around, network: Network): LinkMeans {
  const secret: LinkMeans['readSecret'] = (file, how) => readSecret(file, how, { random, log });
  return { clock, random, network, readSecret: secret };
}

/** Without a network, as in a simulation that has none, every use of a link throws. */
export function lendLinks(host: Host, network: Network | undefined): Links {
  const means = (): LinkMeans => {
    if (!network) throw new ImError('IM_BUG', { why: 'links are used without a network' });
    return linkMeans(host, network);
  };
  return {
    connect: (options, ear) => new KeptLink(options, ear, means()),
    listen: async (options, accept, signal) => {
      const end = await listenForLinks(options, accept, means());
      if (signal.aborted) await end.close();
      signal.throwIfAborted();
      return end;
    },
  };
}
