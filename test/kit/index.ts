/**
 * For plugin authors: a judge for every role, and what they stand on. `import … from
 * 'im-kernel/kit'`.
 */
export * from './answers-judge.ts';
export * from './authentication-judge.ts';
export * from './component-judge.ts';
export * from './consumer-judge.ts';
export * from './failover-judge.ts';
export * from './fake-clock.ts';
export * from './guard-judge.ts';
export * from './memory-links.ts';
export { orderingHost } from './ordering-bench.ts';
export * from './ordering-judge.ts';
export * from './quiet-host.ts';
export * from './registry-judge.ts';
export * from './runner.ts';
export * from './persistence-judge.ts';
export * from './take-shards.ts';
export * from './transport-client.ts';
export * from './transport-host.ts';
export * from './transport-judge.ts';
