/** The spec reporter, with the sums alone on the last line, where machines look for them. */
import Mocha from 'mocha';

/** `12 passed, 0 failed`, and `, 3 skipped` when there are any. */
export function sumLine(passed: number, failed: number, skipped: number): string {
  const skips = skipped === 0 ? '' : `, ${skipped} skipped`;
  return `${passed} passed, ${failed} failed${skips}`;
}

/** Reads such a line again; undefined if it is another. */
export function readSumLine(
  line: string,
): { passed: number; failed: number; skipped: number } | undefined {
  const found = /^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/.exec(line.trim());
  if (!found) return undefined;
  return { passed: Number(found[1]), failed: Number(found[2]), skipped: Number(found[3] ?? 0) };
}

const left: string[] = [];

/** Tests that need what this machine lacks count as skipped, by name and with the reason. */
export function leaveOut(title: string, why: string): void {
  left.push(`skipped: ${title}: ${why}`);
}

export default class Reporter extends Mocha.reporters.Spec {
  override epilogue(): void {
    super.epilogue();
    const { passes, failures, pending } = this.stats;
    for (const line of left) Mocha.reporters.Base.consoleLog(line);
    Mocha.reporters.Base.consoleLog(sumLine(passes, failures, pending + left.length));
  }
}
