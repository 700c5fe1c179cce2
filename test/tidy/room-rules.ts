/** Who may import whom, as data. Change a line here only with a decision record that says why. */

/**
 * The rooms of the core from left to right: a room may import from any room to its left, none
 * beside it.
 */
export const levels: readonly (readonly string[])[] = [
  ['core/contract'],
  ['core/wire', 'core/config'],
  ['core/kernel', 'core/chat', 'core/session', 'core/cluster'],
  ['core/path'],
  ['core/admin'],
  ['core/assembly'],
  ['core/main.ts'],
];

/** Everything outside the core. Each may import from itself and from what stands here. */
export const outside: Readonly<Record<string, readonly string[]>> = {
  client: ['core/wire'],
  cli: [
    'client',
    'core/admin',
    'core/config',
    'core/contract',
    'core/kernel',
    'core/main.ts',
    'core/wire',
    'tui',
  ],
  // What `im new plugin` writes: a new store begins as a copy of the plain one.
  'cli/templates': ['im-kernel/contract', 'im-kernel/kit', 'plugins/persistence/memory'],
  tui: ['core/admin', 'core/config/nearest.ts'],
  bin: ['cli'],
  plugins: ['im-kernel/contract'],
  'test/kit': ['im-kernel/contract'],
  examples: ['im-kernel/contract', 'im-kernel/kit', 'im-kernel/client'],
};

/** These look at everything: they judge the others. */
export const unbound: readonly string[] = ['test', 'bench'];

/**
 * Outside packages that only these places may import; a package that is not here is for tests and
 * bench.
 */
export const packages: Readonly<Record<string, readonly string[]>> = {
  inversify: ['core/assembly'],
  'reflect-metadata': ['core/assembly'],
  yaml: ['core/config'],
  pino: ['core/kernel'],
  commander: ['cli'],
  jose: ['plugins/authentication/jwt'],
  ws: ['plugins/transports/websocket'],
  'net-keepalive': ['plugins/transports/tcp-tlv'],
  pg: ['plugins/persistence/postgres'],
  // Inputs and answers of the admin API; see decision 0033.
  zod: ['core/admin'],
  fastify: ['core/admin/http'],
  '@fastify/swagger': ['core/admin/http'],
  'fastify-type-provider-zod': ['core/admin/http'],
  ink: ['tui'],
  // A checkout has sources with JSX, which Node cannot read; a package has none.
  esbuild: ['tui/tsx-here.ts'],
  react: ['tui'],
  'string-width': ['tui'],
  '@redis/client': ['plugins/answers/redis', 'plugins/registries/redis'],
};

/** No `node:` in these: they run in browsers and in the simulator. */
export const withoutNode: readonly string[] = [
  'core/contract',
  'core/wire',
  'core/chat',
  'core/session',
  'core/cluster',
  'core/path',
  'client',
];
export const withNodeAllTheSame: readonly string[] = ['client/node', 'client/system.ts'];
