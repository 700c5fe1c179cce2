#!/usr/bin/env node
/**
 * The launcher: plain JavaScript that any Node of the last years can read. It finds a Node that is
 * new enough and the right files: the sources in a checkout, `dist` in an installed package.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import * as module from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = [24, 19];
const WRONG_NODE = 78;
const CONDITION = 'im-src';
/** Set for the process that this one starts, so that a chain of them ends. */
const AGAIN = 'IM_LAUNCHED_AGAIN';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const inCheckout = existsSync(join(root, 'cli', 'im.ts'));

if (fits(process.versions.node)) await go();
else if (process.env[AGAIN]) explain();
else again();

function fits(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > NEEDED[0] || (major === NEEDED[0] && minor >= NEEDED[1]);
}

async function go() {
  delete process.env[AGAIN];
  if (inCheckout && !hasCondition()) preferSources();
  const { main } = await import(inCheckout ? '../cli/im.ts' : '../dist/cli/im.js');
  const code = await main(process.argv.slice(2));
  // At once: while Node takes itself down on its own, a second Ctrl-C would end it by the signal.
  process.exit(code);
}

function hasCondition() {
  const given = [...process.execArgv, process.env.NODE_OPTIONS || ''].join(' ');
  return new RegExp(`(?:--conditions|-C)[= ]${CONDITION}`).test(given);
}

/** A checkout has no `dist`: what imports this package by its name gets the sources. */
function preferSources() {
  module.registerHooks({
    resolve(specifier, context, next) {
      if (!specifier.startsWith('im-kernel/')) return next(specifier, context);
      return next(specifier, { ...context, conditions: [...context.conditions, CONDITION] });
    },
  });
}

/** The Node that npm installed beside us, if it did. */
function bundledNode() {
  try {
    const found = module.createRequire(import.meta.url).resolve('node/package.json');
    const name = process.platform === 'win32' ? 'node.exe' : 'node';
    const binary = join(dirname(found), 'bin', name);
    return existsSync(binary) ? binary : undefined;
  } catch {
    return undefined;
  }
}

function again() {
  const binary = bundledNode();
  if (binary === undefined) {
    explain();
    return;
  }
  const options = inCheckout && !hasCondition() ? [`--conditions=${CONDITION}`] : [];
  const self = fileURLToPath(import.meta.url);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2'];
  let child;
  // The child decides what a signal means; this process lives as long as it does.
  const forward = (signal) => child.kill(signal);
  for (const signal of signals) process.on(signal, forward);
  child = spawn(binary, [...process.execArgv, ...options, self, ...process.argv.slice(2)], {
    stdio: 'inherit',
    env: { ...process.env, [AGAIN]: '1' },
  });
  child.on('error', explain);
  child.on('exit', (code, signal) => {
    for (const name of signals) process.off(name, forward);
    if (signal) process.kill(process.pid, signal);
    else process.exitCode = code;
  });
}

function explain() {
  const needed = NEEDED.join('.');
  console.error(`im needs Node.js ${needed} or newer; this is ${process.versions.node}.`);
  console.error(
    inCheckout
      ? 'Run `npm ci` here (it installs a fitting Node beside im), or install a newer Node.js.'
      : 'Install a newer Node.js, or run `npm install node@24` beside your configuration.',
  );
  process.exitCode = WRONG_NODE;
}
