/** The part of the catalogue that speaks of several programs: links, sequencers, who owns what. */
import type { CatalogueLine } from './catalogue-line.ts';

export const CLUSTER_CATALOGUE = {
  IM_REGISTRY_AWAY: {
    kind: 'passing',
    message: 'the registry of nodes at {place} cannot be used: {why}',
    act: 'Look after it, and the settings of `registry`; it tries again by itself, and till then gateways answer by what they saw last.',
  },
  IM_LINK_SECRET: {
    kind: 'config',
    message: 'the secret {file} cannot be used: {why}',
    act: 'Give both ends of the link one file: a line of base64url, at least 32 octets, that only its user can read. It is made where one listens.',
  },
  IM_LINK_REFUSED: {
    kind: 'config',
    message: 'the link with {peer} is refused: {why}',
    act: 'Give both ends the same secretFile, and connect to where this is listened for.',
  },
  IM_LINK_AWAY: {
    kind: 'passing',
    message: 'the link with {peer} is not there: {why}',
    act: 'Start the other end, or mend the network between them; it is tried again by itself.',
  },
  IM_LINK_LISTEN: {
    kind: 'lasting',
    message: '{address} cannot be listened on for links: {why}',
    act: 'Stop the other program, or choose an address of this machine and a free port (0: any).',
  },
  IM_SEQUENCER_AWAY: {
    kind: 'passing',
    message: 'the sequencer gives no numbers: {why}',
    act: 'Bring back the sequencer, or what it keeps its bound in; commands are refused with `busy` until then.',
  },
  IM_SEQUENCER_FENCED: {
    kind: 'lasting',
    message:
      'another sequencer has taken over these numbers: its epoch is {theirs}, ours was {ours}',
    act:
      'Run one sequencer only: stop this one, and let its servers connect to the other; or end ' +
      'the other, and start this one again.',
  },
  IM_SEQUENCER_BELOW: {
    kind: 'lasting',
    message:
      'a conversation has the order {above} already, and the sequencer has given no number so high',
    act: 'Stop the sequencer, set `above` in its block to a number above all orders that are kept (docs/ordering.md, “Changing the strategy”), and start it again.',
  },
  IM_SEQUENCER_SPENT: {
    kind: 'lasting',
    message: 'no number above {above} is left: orders end at 2^48-1',
    act: 'Report this with what ordered the conversation before; it gave orders that are far too high.',
  },
  IM_SEQUENCER_NONE: {
    kind: 'config',
    message: 'the ordering {type} of {file} serves no other server',
    act: 'Say in its block where to listen, such as sequencer: { listen: 127.0.0.1:7440 }.',
  },
  IM_FAILOVER_ALONE: {
    kind: 'config',
    message: 'failover.use {type} needs a store that the nodes share, and {store} is not one',
    act: 'In {file}, use persistence sqlite (nodes on one machine) or postgres, or failover none.',
  },
  IM_CLUSTER_NAME: {
    kind: 'config',
    message: 'another node named "{node}" runs on this store',
    act: 'Give each node of a cluster a name of its own (node.name), or stop the other one.',
  },
  IM_CLUSTER_LIVES: {
    kind: 'config',
    message: '{node} of a cluster runs on this store, and this node has no block `cluster`',
    act: 'Give this node the block `cluster` of that one, or stop that one first, or use another store.',
  },
  IM_CLUSTER_NONE: {
    kind: 'config',
    message: '{file} has no block `cluster`, which {what} needs',
    act: 'Add `cluster: { name: … }` to the file of each node; a node alone has failover.use none.',
  },
  IM_CLUSTER_SHARDS: {
    kind: 'config',
    message: 'the store has {there} shards, not the {wanted} of cluster.shards',
    act: 'Write the number that the store was made with; it is fixed for the life of the store.',
  },
  IM_CLUSTER_CLOCK: {
    kind: 'lasting',
    message: 'the clock of {node} differs from this one by {seconds} s',
    act: 'Set the clocks of all nodes by NTP. Nothing is lost meanwhile, but times shown are wrong.',
  },
  IM_CLUSTER_VERSION: {
    kind: 'lasting',
    message: '{node} runs {theirs}, this node {ours}: neither hands over to the other',
    act: 'Bring both nodes to one version of im-kernel.',
  },
  IM_CLUSTER_ADDRESS: {
    kind: 'config',
    message: '{node} tells clients the address {address}, as this node does',
    act: 'Give each node addresses of its own, or set cluster.addresses to what clients must use.',
  },
  IM_CLUSTER_OTHER: {
    kind: 'config',
    message: '{node} uses this store under the cluster name "{theirs}", not "{ours}"',
    act: 'Give all nodes on one store the same cluster.name, or each cluster a store of its own.',
  },
  IM_CLUSTER_EPOCH: {
    kind: 'lasting',
    message: 'the epoch of the cluster is {now}, not the expected {expected}',
    act: 'Look at `im status` again: something has changed since. Then decide anew.',
  },
  IM_SWITCHOVER_REFUSED: {
    kind: 'lasting',
    message: 'nothing was moved to {to}: {why}',
    act: 'See the reason, look at `im status`, and try again when the node is ready.',
  },
  IM_SHARD_TAKEN: {
    kind: 'lasting',
    message: 'shard {shard} was taken by another node; what belongs to it gets not-ready here',
    act: 'Let clients go to that node, or stop it and start this one again.',
  },
  IM_GATEWAY_LISTEN: {
    kind: 'lasting',
    message: '{address} of gateway.listen cannot be listened on: {why}',
    act: 'Stop the other program, or choose an address of this machine and a free port (0: any).',
  },
  IM_GATEWAY_NONE: {
    kind: 'config',
    message: '{file} cannot run as a gateway: {why}',
    act: 'Give it the blocks `cluster` and `gateway` of the nodes, and the store that they share.',
  },
} as const satisfies Record<string, CatalogueLine>;
