/**
 * Ten thousand at once, more than once: others go on, the event loop never stands still for long,
 * and memory comes to rest instead of growing with every wave.
 */
import assert from 'node:assert/strict';
import { Besieged } from './besieged.ts';
import { Bystander } from './bystander.ts';
import { wave, type Told } from './silent.ts';

const size = 10_000;
const wavesLeast = 5;
/** By then memory has come to rest: a leak would go on. */
const wavesMost = 9;
const residentMaxKb = 500_000;
/** A small heap, so that what is resident follows what is in use. */
const serverOptions = '--max-old-space-size=192';
/** What the last three waves may take at rest: 30,000 connections that leaked 1 KB took more. */
const growthMaxKb = 30_000;
/** Beyond what an idle process had to stand still, in the best of the waves. */
const loopDelayMaxMs = 200;
/** Ten thousand arrive and go while the friends wait; the load shares their process and cores. */
const worstMaxMs = 2_000;

function show({ worstMs, loopDelayMs, residentKb }: Told, idleMs: number): void {
  const loops = `event loop ${loopDelayMs} ms, an idle one ${idleMs.toFixed()} ms`;
  const worst = `worst wait ${worstMs.toFixed()} ms, ${loops}`;
  console.log(`      ${worst}, ${(residentKb / 1024).toFixed()} MiB`);
}

describe('a server with very many silent connections', function () {
  this.timeout(240_000);
  const besieged = new Besieged({ helloTimeout: '5s', linger: '50ms' });
  before(async () => {
    const { NODE_OPTIONS: usual } = process.env;
    process.env['NODE_OPTIONS'] = `${usual ?? ''} ${serverOptions}`;
    await besieged.begin().finally(() => {
      process.env['NODE_OPTIONS'] = usual ?? '';
    });
  });
  after(() => besieged.clear());
  afterEach(() => besieged.expectFine(residentMaxKb));

  it(`ends waves of ${size} while others chat, and comes to rest in memory`, async () => {
    const residentKb: number[] = [];
    const loopDelaysMs: number[] = [];
    const bystander = new Bystander();
    await bystander.longestMs();
    const growthKb = (): number => (residentKb.at(-1) ?? 0) - (residentKb.at(-4) ?? 0);
    const isAtRest = (): boolean => growthKb() < growthMaxKb;
    for (let i = 0; i < wavesMost && (i < wavesLeast || !isAtRest()); i++) {
      const told = await wave({ besieged, size, begins: i === 1 });
      const idleMs = await bystander.longestMs();
      show(told, idleMs);
      assert.ok(told.worstMs < worstMaxMs, `somebody waited ${told.worstMs} ms`);
      loopDelaysMs.push(told.loopDelayMs - idleMs);
      residentKb.push(told.residentKb);
    }
    await bystander.leave();
    const bestMs = Math.min(...loopDelaysMs);
    assert.ok(bestMs < loopDelayMaxMs, `the loop stood for ${bestMs} ms`);
    assert.ok(isAtRest(), `${growthKb()} KB more after the last three waves`);
  });
});
