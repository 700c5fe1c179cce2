import assert from 'node:assert/strict';
import { readSumLine, sumLine } from '../reporter.ts';

describe('the sum line', () => {
  it('names skipped tests only when there are any', () => {
    assert.equal(sumLine(3, 0, 0), '3 passed, 0 failed');
    assert.equal(sumLine(3, 1, 2), '3 passed, 1 failed, 2 skipped');
  });
  it('is read back as it was written, and nothing else is read', () => {
    assert.deepEqual(readSumLine(sumLine(3, 1, 2)), { passed: 3, failed: 1, skipped: 2 });
    assert.deepEqual(readSumLine(sumLine(4, 0, 0)), { passed: 4, failed: 0, skipped: 0 });
    assert.equal(readSumLine('x 3 passed, 0 failed'), undefined);
  });
});
