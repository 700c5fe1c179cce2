/** The one door for plugins: ours and everybody's import this and nothing else of the kernel. */
export * from './answers.ts';
export * from './authentication.ts';
export * from './component.ts';
export * from './consumer.ts';
export * from './catalogue-line.ts';
export * from './catalogue.ts';
export * from './errors.ts';
export * from './fields.ts';
export * from './guard.ts';
export * from './links.ts';
export * from './ownership.ts';
export * from './persistence.ts';
export * from './plugin.ts';
export * from './registry.ts';
export * from './shard-log.ts';
export * from './strategies.ts';
export * from './transport.ts';
