import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

const KEEP_ALIVE = join(import.meta.dirname, '../../../plugins/transports/tcp-tlv/keepalive.ts');
/** Prints of each report that the library asks for whether it looks up no names, and of a later. */
const SCRIPT = `
  const { report } = process;
  const ask = report.getReport.bind(report);
  const said = [];
  report.getReport = () => {
    said.push(report.excludeNetwork);
    report.excludeNetwork = true;
    return ask();
  };
  const { makeKeepAlive } = await import(process.argv[1]);
  const settings = { idle: 30_000, interval: 5_000, probes: 4, userTimeout: 20_000 };
  await makeKeepAlive(settings, { warn: (text, { why }) => { throw new Error(why); } });
  console.log(JSON.stringify({ said, later: report.excludeNetwork }));
`;

describe('tcp-tlv loading its library', () => {
  it('looks up no peer by name: where no DNS answers, that takes minutes', () => {
    const args = ['--conditions=im-src', '--input-type=module', '--eval', SCRIPT, KEEP_ALIVE];
    const { said, later } = JSON.parse(
      execFileSync(process.execPath, args, { encoding: 'utf8' }),
    ) as { said: unknown[]; later: unknown };
    // Where the library has no need to ask, there is nothing to keep from it.
    assert.deepEqual([...new Set(said)], process.platform === 'linux' ? [true] : []);
    assert.equal(later, false);
  });
});
