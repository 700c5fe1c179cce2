/**
 * Databases for suites: of the server that IM_TEST_PG_URL names, or else of one that is started
 * once for this process and ends with it.
 */
import { reasonOf } from 'im-kernel/contract';
import { PostgresServer, queryAt } from './server.ts';

export interface Database {
  readonly url: string;
  drop(): Promise<void>;
}

/**
 * Without PostgreSQL its tests are left out only when somebody says so; nothing is skipped by
 * itself.
 */
export const withoutPostgres = process.env['IM_WITHOUT_POSTGRES'] === '1';

/** A group of tests that need PostgreSQL. */
export const postgres = {
  describe(title: string, tests: (this: Mocha.Suite) => void): void {
    if (!withoutPostgres) describe(title, tests);
  },
};

let serving: Promise<PostgresServer> | undefined;
let made = 0;

async function started(): Promise<PostgresServer> {
  try {
    return await PostgresServer.make();
  } catch (error) {
    throw new Error(
      `PostgreSQL cannot be started here: ${reasonOf(error)}\n` +
        'Name a server in IM_TEST_PG_URL (a user who may create databases), ' +
        'or leave these tests out with IM_WITHOUT_POSTGRES=1.',
      { cause: error },
    );
  }
}

/** The server of this process; it is started for the first who asks. */
function server(): Promise<PostgresServer> {
  serving ??= started();
  return serving;
}

async function serverUrl(): Promise<(database: string) => string> {
  const given = process.env['IM_TEST_PG_URL'];
  if (given === undefined) {
    const own = await server();
    return (database) => own.url(database);
  }
  return (database) => {
    const url = new URL(given);
    url.pathname = `/${database}`;
    return url.href;
  };
}

/** A new, empty database; one per suite is enough, with a schema for each test. */
export async function makeDatabase(): Promise<Database> {
  const urlOf = await serverUrl();
  made += 1;
  const name = `im_test_${process.pid}_${made}`;
  await queryAt(urlOf('postgres'), `CREATE DATABASE ${name}`).catch((error: unknown) => {
    throw new Error(`the tests' PostgreSQL makes no database: ${reasonOf(error)}`, {
      cause: error,
    });
  });
  return {
    url: urlOf(name),
    drop: async () => {
      await queryAt(urlOf('postgres'), `DROP DATABASE ${name} WITH (FORCE)`);
    },
  };
}

/** The last thing in this process, after all tests of all files. */
after(async () => {
  const own = await serving?.catch(() => undefined);
  await own?.remove();
});
