/** The pair of `examples/` on PostgreSQL, as its page shows it. */
import { rmSync } from 'node:fs';
import { makeDatabase, postgres } from '../postgres-server/databases.ts';
import { freshCopy, linesOf, play } from './pair-script.ts';

postgres.describe('the pair of the examples on PostgreSQL', function () {
  this.timeout(120_000);
  it('goes on when the active is killed, and is moved back', async () => {
    const database = await makeDatabase();
    const folder = await freshCopy('pair-postgres');
    await play(folder, linesOf('pair-postgres'), { IM_PG_URL: database.url });
    rmSync(folder, { recursive: true, force: true });
    await database.drop();
  });
});
