/** Which orderings a seed's node has. By the seed alone: it shifts nothing else of the plan. */
import type { AnyPlugin } from 'im-kernel/contract';
import type { Instance, Settings } from '../../core/config/settings.ts';
import centralSequencer from '../../plugins/ordering/central-sequencer/index.ts';
import conversationOwner from '../../plugins/ordering/conversation-owner/index.ts';
import timestampWindow from '../../plugins/ordering/timestamp-window/index.ts';
import { sequencerSettings } from '../unit/ordering/sequencer-settings.ts';
import { windowSettings } from '../unit/ordering/window-settings.ts';

/**
 * sequencer: one for everything. groups: one for groups, and direct conversations as usual. window:
 * by when they were sent.
 */
export type OrderingPlan = 'owner' | 'sequencer' | 'groups' | 'window';

/** Two seeds of five have a sequencer, one goes by the time of sending. */
const PLANS: readonly OrderingPlan[] = ['owner', 'groups', 'sequencer', 'window', 'owner'];
/** So small that the bound is kept now and then in every run. */
const BLOCKS = [1, 5, 40, 1_000];

export const WINDOW = windowSettings({});

export function drawOrdering(seed: number): OrderingPlan {
  return PLANS[seed % PLANS.length] ?? 'owner';
}

export function orderingSettings(plan: OrderingPlan, seed: number): Settings['ordering'] {
  const owner = instance(conversationOwner, { maxHold: 300 });
  const block = BLOCKS[seed % BLOCKS.length] ?? 1;
  const sequencer = instance(centralSequencer, sequencerSettings({ block }));
  if (plan === 'owner') return { direct: owner, group: owner };
  if (plan === 'sequencer') return { direct: sequencer, group: sequencer };
  const window = instance(timestampWindow, WINDOW);
  return plan === 'window' ? forEach(window, window) : forEach(owner, sequencer);
}

function forEach(direct: Instance, group: Instance): Settings['ordering'] {
  return {
    direct: { ...direct, name: 'ordering.direct' },
    group: { ...group, name: 'ordering.group' },
  };
}

function instance(plugin: unknown, config: object): Instance {
  const known = plugin as AnyPlugin;
  const { type } = known;
  const settings = config as Instance['config'];
  return { name: 'ordering', role: 'ordering', type, plugin: known, config: settings };
}
