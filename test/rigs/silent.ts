/** Connections that say nothing, or too little, while others chat: what must hold of any number. */
import assert from 'node:assert/strict';
import type { Besieged } from './besieged.ts';
import { gather } from './crowd.ts';

/** A header that promises 16 KiB of HELLO, and the first of its octets. */
const promise = Uint8Array.of(0x01, 0, 0, 0x3f, 0, 0x01);

export interface Wave {
  readonly besieged: Besieged;
  readonly size: number;
  /** Each begins a frame that it never ends. */
  readonly begins?: boolean;
}

export interface Told {
  /** The longest that the friends waited for each other, in ms. */
  readonly worstMs: number;
  readonly loopDelayMs: number;
  readonly residentKb: number;
}

/** One wave of connections, until the server has ended the last of them. */
export async function wave({ besieged, size, begins = false }: Wave): Promise<Told> {
  const address = besieged.server.addresses.find((one) => one.startsWith('tcp:')) ?? '';
  const before = await besieged.metrics();
  besieged.loopDelayMs = 0;
  const { done: codes, waitsMs } = await besieged.chatWhile(async () => {
    const crowd = await gather({ address, size, ...(begins ? { say: () => promise } : {}) });
    return crowd.ended;
  });
  assert.deepEqual(Object.fromEntries(codes), { unauthenticated: size });
  const after = await besieged.metrics();
  const errors = 'im_session_errors_total';
  const counted = after.value(errors, 'unauthenticated') - before.value(errors, 'unauthenticated');
  assert.equal(counted, size);
  await besieged.settles(2, 'im_sessions');
  await besieged.settles(2, 'transport_connections');
  assert.ok(waitsMs.length > 10, `only ${waitsMs.length} messages meanwhile`);
  return {
    worstMs: Math.max(...waitsMs),
    loopDelayMs: besieged.loopDelayMs,
    residentKb: besieged.residentKb,
  };
}
