import assert from 'node:assert/strict';
import { fakeClock, never, quietHost } from 'im-kernel/kit';
import { HeartPart } from '../../../core/assembly/heart-part.ts';
import type { HeartNews } from '../../../core/cluster/heart/heart-end.ts';
import { OwnMoves } from '../../../core/cluster/heart/loop-watch.ts';
import type { Peer } from '../../../core/cluster/heart/peers.ts';
import type { NodeCard } from '../../../core/cluster/node-card.ts';

const fine: HeartNews = { suspects: [], look: false, refused: 0, links: 2, trouble: undefined };
const trouble = (why: string) => {
  return { code: 'IM_LINK_REFUSED', details: { peer: 'h:1', why } } as const;
};

describe('the heart of a node', () => {
  const clock = fakeClock();
  const host = quietHost({ clock });
  const acts: string[] = [];
  let known: readonly Peer[] = [];
  let tell: (news: HeartNews) => void;
  const part = new HeartPart({
    ...host,
    beatMs: 1_000,
    leaseMs: 5_000,
    make: (to) => {
      tell = to;
      return {
        moves: new OwnMoves(clock),
        start: () => Promise.resolve('h:7421'),
        know: (peers) => void (known = peers),
        turn: () => undefined,
        stop: () => Promise.resolve(),
      };
    },
    report: (health) => host.report(health),
    suspect: (names) => acts.push(`suspect ${[...names].join(' ')}`),
    look: () => acts.push('look'),
  });
  before(() => part.start(never()));
  after(async () => {
    await part.stop();
    assert.equal(clock.pending, 0);
  });

  it('says where it listens', () => assert.equal(part.address, 'h:7421'));

  it('knows of the others what their cards say', () => {
    const cards = [
      { node: 'im-a', life: '1', link: 'h:1' },
      { node: 'im-b', life: '2', link: 'h:2' },
      { node: 'im-c', life: '3' },
    ];
    part.know('im-a', new Map(cards.map((card) => [card.node, card as NodeCard])));
    assert.deepEqual(known, [cards[1]]);
  });

  it('hands on who is suspect when that changed, and else what is worth a look', () => {
    for (const suspects of [[], ['im-b'], ['im-b'], []]) tell({ ...fine, suspects });
    tell({ ...fine, look: true });
    assert.deepEqual(acts, ['suspect im-b', 'suspect ', 'look']);
    tell({ ...fine, suspects: ['im-b', 'im-c'] });
    assert.equal(host.gauged('im_suspects'), 2);
    assert.equal(host.gauged('im_links'), 2);
  });

  it('counts what was refused, and is degraded once for each trouble', () => {
    tell({ ...fine, refused: 2, trouble: trouble('the secrets differ') });
    tell({ ...fine, refused: 1, trouble: trouble('it is silent') });
    tell(fine);
    tell(fine);
    assert.equal(host.counted('im_link_refused_total'), 3);
    assert.deepEqual(
      host.reports.map((one) => (one.state === 'running' ? one.state : one.error?.code)),
      ['IM_LINK_REFUSED', 'running'],
    );
  });
});
