/** What runs of a configuration: a whole node, or a part of it in a process of its own. */
import type { Part } from '../admin/verbs.ts';
import { whereIs, type Settings } from '../config/settings.ts';
import { ImError } from '../contract/index.ts';
import { assembleGateway } from './assemble-gateway.ts';
import { assembleSequencer } from './assemble-sequencer.ts';
import { assemble } from './assemble.ts';
import type { Means } from './foundation.ts';
import type { Program } from './program.ts';

/** Creates everything and starts nothing. @throws what `placed` makes of it: it does not fit. */
export function assemblePart(settings: Settings, means: Means, part: Part): Program {
  try {
    if (part === 'sequencer') return assembleSequencer(settings, means);
    return part === 'gateway' ? assembleGateway(settings, means) : assemble(settings, means);
  } catch (error) {
    throw placed(error, settings);
  }
}

/** What kept a part from starting, with the place in the file of what it names. */
export function placed(error: unknown, settings: Settings): unknown {
  if (!(error instanceof ImError)) return error;
  const { setting } = (error.cause instanceof ImError ? error.cause : error).details;
  const where = whereIs(settings, error.details['instance'], setting);
  if (where === undefined) return error;
  return new ImError(error.code, { ...error.details, where }, { cause: error.cause });
}
