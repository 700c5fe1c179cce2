import assert from 'node:assert/strict';
import { healthOf, type PartHealth } from '../../../core/kernel/health.ts';
import { move, permitted, type State } from '../../../core/kernel/lifecycle.ts';

const states: State[] = [
  'created',
  'starting',
  'running',
  'degraded',
  'stopping',
  'stopped',
  'failed',
];

function parts(...all: State[]): PartHealth[] {
  const rest = { why: undefined, code: undefined, act: undefined, startMs: undefined };
  return all.map((state) => ({ name: state, state, ...rest }));
}

describe('the states of a component', () => {
  it('permit these moves and no others', () => {
    const moves = states.flatMap((from) =>
      states.filter((to) => permitted(from, to)).map((to) => `${from} ${to}`),
    );
    assert.deepEqual(moves.sort(), [
      'created starting',
      'created stopped',
      'degraded failed',
      'degraded running',
      'degraded stopping',
      'failed stopping',
      'running degraded',
      'running failed',
      'running stopping',
      'starting failed',
      'starting running',
      'starting stopping',
      'stopping failed',
      'stopping stopped',
    ]);
  });
  it('name the part when a move is not permitted', () => {
    assert.throws(() => move('web', 'stopped', 'running'), {
      code: 'IM_KERNEL_STATE',
      message: 'web cannot go from stopped to running',
    });
  });
  it('make a node as well as its worst part', () => {
    assert.equal(healthOf([]), 'created');
    assert.equal(healthOf(parts('running', 'running')), 'running');
    assert.equal(healthOf(parts('running', 'degraded')), 'degraded');
    assert.equal(healthOf(parts('degraded', 'failed', 'running')), 'failed');
    assert.equal(healthOf(parts('running', 'starting', 'created')), 'starting');
    assert.equal(healthOf(parts('stopped', 'stopping')), 'stopping');
    assert.equal(healthOf(parts('stopped', 'stopped')), 'stopped');
  });
});
