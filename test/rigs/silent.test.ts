/** A thousand at once; ten thousand are in silent.rig.ts. */
import { Besieged } from './besieged.ts';
import { wave } from './silent.ts';

const size = 1_000;
const residentMaxKb = 400_000;

describe('a server with silent connections', function () {
  this.timeout(60_000);
  const besieged = new Besieged({ helloTimeout: '1s', linger: '50ms' });
  before(() => besieged.begin());
  after(() => besieged.clear());
  afterEach(() => besieged.expectFine(residentMaxKb));

  it(`ends ${size} that say nothing, with ERROR, while others chat`, async () => {
    await wave({ besieged, size });
  });

  it(`ends ${size} that begin a HELLO and go no further`, async () => {
    await wave({ besieged, size, begins: true });
  });
});
