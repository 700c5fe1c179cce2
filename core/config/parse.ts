/**
 * YAML text → tree. Nothing of the file's text is trusted: size, depth, aliases and values are
 * bounded.
 */
import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type Node,
  type Scalar as YamlScalar,
  type YAMLMap,
} from 'yaml';
import { interpolate, retype, type Environment } from './interpolate.ts';
import type { Place, Problems } from './problem.ts';
import { below, type Scalar, type Tree, type TreeMap } from './tree.ts';

const ALIASES_MAX = 50;
const DEPTH_MAX = 32;
const VALUES_MAX = 100_000;

/** The file as a tree; `undefined` when it is no YAML that could be checked any further. */
export function parse(text: string, env: Environment, problems: Problems): TreeMap | undefined {
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    stringKeys: true,
    // Checked below: the library compares every pair, and stops at the first.
    uniqueKeys: false,
    merge: false,
    resolveKnownTags: false,
    prettyErrors: false,
    logLevel: 'error',
  });
  const [error] = document.errors;
  if (error) {
    // Syntax errors cascade: only the first one means something.
    const place = placeOf(lines, error.pos[0]);
    problems.add(place, '', syntaxMessage(error.message, text, error.pos[0]));
    return undefined;
  }
  return new Grower(document, lines, env, problems).grow();
}

function placeOf(lines: LineCounter, offset: number): Place {
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(1, line), column: Math.max(1, col) };
}

const HINT = '; inside { } and [ ] a value with ${…} needs quotes';

function syntaxMessage(message: string, text: string, offset: number): string {
  const firstOf = text.lastIndexOf('\n', offset - 1) + 1;
  const end = text.indexOf('\n', offset);
  const line = text.slice(firstOf, end < 0 ? undefined : end);
  const before = line.slice(0, Math.max(0, line.indexOf('${')));
  const hint = /[{[,]/.test(before) ? HINT : '';
  return `is not YAML: ${message}${hint}`;
}

class Grower {
  readonly #document: Document;
  readonly #lines: LineCounter;
  readonly #env: Environment;
  readonly #problems: Problems;
  #aliases = 0;
  #values = 0;
  #stopped = false;

  constructor(document: Document, lines: LineCounter, env: Environment, problems: Problems) {
    this.#document = document;
    this.#lines = lines;
    this.#env = env;
    this.#problems = problems;
  }

  grow(): TreeMap | undefined {
    const top = this.#document.contents;
    if (
      this.#document.directives?.yaml.explicit &&
      this.#document.directives.yaml.version !== '1.2'
    ) {
      this.#problems.add({ line: 1, column: 1 }, '', 'must be YAML 1.2: remove the %YAML line');
    }
    if (top === null || (isScalar(top) && top.value === null)) {
      this.#problems.add(
        { line: 1, column: 1 },
        '',
        'is empty; copy the im.config.yaml of im-kernel',
      );
      return undefined;
    }
    if (!isMap(top)) {
      const message = 'must hold settings by name (node:, transports:, …) at its top';
      this.#problems.add(this.#place(top), '', message);
      return undefined;
    }
    const tree = this.#map(top, '', 0);
    return this.#stopped ? undefined : tree;
  }

  #place(node: unknown): Place {
    const range = (node as Node | undefined)?.range;
    return placeOf(this.#lines, range?.[0] ?? 0);
  }

  /** After a bound was passed the rest of the tree means nothing. */
  #stop(place: Place, path: string, message: string): Scalar {
    if (!this.#stopped) this.#problems.add(place, path, message);
    this.#stopped = true;
    return this.#broken(place, '');
  }

  #broken(place: Place, written: string): Scalar {
    return { kind: 'scalar', place, value: undefined, written, broken: true };
  }

  #tree(node: unknown, path: string, depth: number): Tree {
    const place = this.#place(node);
    this.#values += 1;
    if (this.#stopped) return this.#broken(place, '');
    if (depth > DEPTH_MAX) {
      return this.#stop(place, path, `is nested deeper than ${DEPTH_MAX} levels`);
    }
    if (this.#values > VALUES_MAX) {
      return this.#stop(place, path, `is beyond the ${VALUES_MAX} values that a file may hold`);
    }
    if (isAlias(node)) {
      this.#aliases += 1;
      const message = `is beyond the ${ALIASES_MAX} aliases that a file may use`;
      if (this.#aliases > ALIASES_MAX) return this.#stop(place, path, message);
      const target = node.resolve(this.#document);
      if (target) return this.#tree(target, path, depth + 1);
      this.#problems.add(place, path, `refers to *${node.source}, which is not defined above it`);
      return this.#broken(place, '');
    }
    const tag = (node as { tag?: string } | undefined)?.tag;
    if (tag !== undefined) {
      this.#problems.add(place, path, `has the tag ${tag}; tags have no meaning here, remove it`);
      return this.#broken(place, '');
    }
    if (isMap(node)) return this.#map(node, path, depth);
    if (isSeq(node)) {
      const items = node.items.map((item, i) => this.#tree(item, below(path, i), depth + 1));
      return { kind: 'list', place, items };
    }
    return isScalar(node) ? this.#scalar(node, place, path) : this.#broken(place, '');
  }

  #map(map: YAMLMap, path: string, depth: number): TreeMap {
    const entries = new Map<string, { place: Place; value: Tree }>();
    for (const { key, value } of map.items) {
      const name = isScalar(key) ? String(key.value) : '';
      const place = this.#place(key);
      const earlier = entries.get(name);
      if (earlier) {
        const where = `line ${earlier.place.line}`;
        this.#problems.add(place, below(path, name), `is written twice; the first is on ${where}`);
        continue;
      }
      const absent = {
        kind: 'scalar',
        place,
        value: undefined,
        written: '',
        broken: false,
      } as const;
      const tree = value === null ? absent : this.#tree(value, below(path, name), depth + 1);
      entries.set(name, { place, value: tree });
    }
    return { kind: 'map', place: this.#place(map), entries };
  }

  #scalar(node: YamlScalar, place: Place, path: string): Scalar {
    const written = node.source ?? String(node.value);
    const base = { kind: 'scalar', place, written } as const;
    if (node.value === null) return { ...base, value: undefined, broken: false };
    if (typeof node.value !== 'string') {
      return { ...base, value: node.value as number | boolean, broken: false };
    }
    const { text, wrong, whole } = interpolate(node.value, this.#env);
    for (const message of wrong) this.#problems.add(place, path, message);
    if (!whole || node.type !== 'PLAIN') return { ...base, value: text, broken: wrong.length > 0 };
    return { ...base, value: retype(text), text, broken: wrong.length > 0 };
  }
}
