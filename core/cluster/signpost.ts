/** Shows clients the way: to who serves, and away from a node that may not serve, or must not. */
import { memberView, type Member } from './gateway/own-view.ts';
import { route } from './gateway/route.ts';
import { LeaseWatch } from './lease-watch.ts';
import type { MembershipSurroundings } from './membership-surroundings.ts';
import type { Planning } from './planning.ts';
import type { Pulse } from './pulse.ts';
import type { Sightings } from './sightings.ts';
import { moved } from './whereabouts.ts';

interface Surroundings extends Pick<
  MembershipSurroundings,
  'whereabouts' | 'card' | 'door' | 'lease' | 'clock' | 'beatMs' | 'leaseMs' | 'log'
> {
  readonly member: Member;
  readonly planning: Planning;
  readonly sightings: Sightings;
  readonly pulse: Pulse;
}

export class Signpost {
  readonly #around: Surroundings;
  readonly #leaseWatch: LeaseWatch;

  constructor(around: Surroundings) {
    this.#around = around;
    this.#leaseWatch = new LeaseWatch({
      ...around,
      look: (limitMs) => around.pulse.beatWithin(limitMs),
      over: () => this.#sendAway(),
      again: () => {
        around.log.info('the lease runs again: clients may come');
        around.door.reopen();
      },
    });
  }

  /** This node serves by its lease: while that is over, its clients go to who would follow. */
  watch(): void {
    this.#leaseWatch.start();
  }

  stop(): void {
    this.#leaseWatch.stop();
  }

  /** Whoever comes to this node, which does not serve, is sent to who does; else may ask again. */
  point(): void {
    const { whereabouts, card } = this.#around;
    const way = this.#way;
    if (way) whereabouts.isElsewhere(way);
    // A node that sees the store will know who follows.
    else whereabouts.isNowhere(card().addresses);
  }

  /** This node is not the one any more, whoever is. */
  pointAway(): void {
    this.#around.whereabouts.isElsewhere(this.#way ?? []);
  }

  /** As above, and whoever is here is sent there, too. */
  sendOn(reason: string): void {
    const { door, whereabouts } = this.#around;
    this.pointAway();
    door.shut(whereabouts.moved(reason, door.size));
  }

  /** Where nobody else was lately, clients stay, and wait for the store together with this node. */
  #sendAway(): void {
    const { member, planning, sightings, door, log } = this.#around;
    const { record, inCompany } = sightings;
    if (member.silent === undefined || !record || !inCompany) return;
    const next = planning.heirForClients(record);
    log.warn('the lease is over: clients are sent away', { to: next ?? 'wherever they know' });
    const addresses = member.cards.get(next ?? '')?.addresses ?? [];
    const reason = 'the store is out of reach here';
    door.shut(moved({ addresses, served: false, clients: door.size, reason }));
  }

  get #way(): readonly string[] | undefined {
    return route(memberView(this.#around.member, this.#around))?.addresses;
  }
}
