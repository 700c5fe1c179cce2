/**
 * A planned change of the owner, as a value of the store's register that both nodes move on, step
 * by step, each by compare-and-set: asked (by an operator, or an owner that stops), prepared (the
 * new owner lets clients wait for it), moving (the old one takes nothing more in), done or refused.
 */
import type { Register } from '../contract/index.ts';

export const SWITCHOVER_KEY = 'cluster/switchover';

export interface Switchover {
  readonly to: string;
  /** The cluster's epoch for which it was asked; it means nothing under another. */
  readonly epoch: number;
  readonly phase: 'asked' | 'prepared' | 'moving' | 'done' | 'refused';
  /** Who asked. */
  readonly by: string;
  /** Wall clock ms, for people. */
  readonly at: number;
  /** Of the new owner, once prepared. */
  readonly life?: string;
  /** Of a refusal. */
  readonly why?: string;
}

const PHASES = ['asked', 'prepared', 'moving', 'done', 'refused'];

/** Undefined: there is none, or it is not to be read. */
export function parseSwitchover(text: string | undefined): Switchover | undefined {
  if (text === undefined) return undefined;
  try {
    const value = JSON.parse(text) as Partial<Record<keyof Switchover, unknown>>;
    const { to, epoch, phase, by, at, life, why } = value;
    const named = typeof to === 'string' && typeof by === 'string';
    if (!named || !Number.isSafeInteger(epoch) || !Number.isFinite(at)) return undefined;
    if (!PHASES.includes(phase as string)) return undefined;
    const more = {
      ...(typeof life === 'string' ? { life } : {}),
      ...(typeof why === 'string' ? { why } : {}),
    };
    return { to, by, epoch, phase, at, ...more } as Switchover;
  } catch {
    return undefined;
  }
}

/** One reading of it, which can be moved on if nobody else did. */
export interface Reading {
  readonly now: Switchover | undefined;
  move(next: Switchover): Promise<boolean>;
}

export async function readSwitchover(register: Register): Promise<Reading> {
  const text = await register.read(SWITCHOVER_KEY);
  return {
    now: parseSwitchover(text),
    move: (next) => register.compareAndSet(SWITCHOVER_KEY, text, JSON.stringify(next)),
  };
}

/** A change that both nodes may still be at. */
export function underWay(now: Switchover | undefined, epoch: number): boolean {
  if (!now || now.phase === 'done' || now.phase === 'refused') return false;
  return now.epoch === epoch;
}
