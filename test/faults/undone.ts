/**
 * What must be undone however the run ends, by a signal too: mounts, loop devices, processes. Last
 * made, first undone. All of it is synchronous, so that it can be done while the process exits.
 */
const open = new Set<() => void>();
let listening = false;

function undoAll(): void {
  for (const undo of [...open].toReversed()) {
    try {
      undo();
    } catch (error) {
      console.error(error);
    }
  }
}

/** Returns what takes the entry back, once it was undone in order. */
export function undoneAtExit(undo: () => void): () => void {
  open.add(undo);
  if (!listening) {
    listening = true;
    process.on('exit', undoAll);
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
      process.on(signal, () => process.exit(1));
  }
  return () => void open.delete(undo);
}
