/**
 * The test runner that a judge speaks to: mocha's where its globals stand, Node's own otherwise. So
 * a plugin author may run a judge with `mocha`, with `node --test`, or by starting the test file.
 */
import * as own from 'node:test';

type Body = () => void | Promise<void>;
type Named = (name: string, body: Body) => void;
type Suite = (name: string, body: () => void) => void;
type Hook = (body: Body) => void;

interface Runner {
  readonly describe: Suite;
  readonly it: Named;
  readonly before: Hook;
  readonly after: Hook;
  readonly beforeEach: Hook;
  readonly afterEach: Hook;
}

/** Node's functions answer with promises that nobody needs: the runner itself waits for them. */
const nodes: Runner = {
  describe: (name, body) => void own.describe(name, body),
  it: (name, body) => void own.it(name, body),
  before: (body) => own.before(body),
  after: (body) => own.after(body),
  beforeEach: (body) => own.beforeEach(body),
  afterEach: (body) => own.afterEach(body),
};

const globals = globalThis as Partial<Runner>;
const mocha =
  typeof globals.describe === 'function' && typeof globals.it === 'function'
    ? (globals as Runner)
    : undefined;

export const { describe, it, before, after, beforeEach, afterEach } = mocha ?? nodes;
