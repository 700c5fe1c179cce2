/** What is wrong with the store now; set by the faults. */
export interface StoreTrouble {
  /** Multiplies the time that everything takes. */
  slowness: number;
  /** Appends are refused with this; nothing is written. */
  refuse: 'IM_STORE_AWAY' | 'IM_STORE_FULL' | undefined;
  /** The probability that an append's answer gets lost. */
  unknown: number;
  /** The probability that a write to the disk fails. */
  writeFails: number;
  /** The probability that a sync fails. */
  syncFails: number;
  /** Called once, in the middle of the next write. */
  duringWrite: (() => void) | undefined;
}

export function noTrouble(): StoreTrouble {
  return {
    slowness: 1,
    refuse: undefined,
    unknown: 0,
    writeFails: 0,
    syncFails: 0,
    duringWrite: undefined,
  };
}

/** Takes what is to happen in the middle of the next write. */
export function takeDuringWrite(trouble: StoreTrouble): (() => void) | undefined {
  const run = trouble.duringWrite;
  trouble.duringWrite = undefined;
  return run;
}
