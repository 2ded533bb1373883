import { isDeepStrictEqual } from 'node:util';
import { GatehouseError } from '../contract/errors.ts';
import type { ClientDefinition, Entry, Launch } from './definition.ts';

/** The entry that a client gets for a connection: the launcher, the connection, the client's id. */
export function entryFor(definition: ClientDefinition, launcher: Launch, connection: string): Entry {
  return definition.entry(launchFor(definition, launcher, connection));
}

export function launchFor(definition: ClientDefinition, launcher: Launch, connection: string): Launch {
  return { command: launcher.command, args: [...launcher.args, connection, '--client', definition.id] };
}

/** Throws `GH_CLIENT_UNSAFE_VALUE` for a value that the client would mangle; returns sentences about those it may. */
export function checkExpansions(definition: ClientDefinition, launch: Launch): readonly string[] {
  const doubts: string[] = [];
  for (const value of [launch.command, ...launch.args]) {
    for (const { pattern, says, certainty } of definition.expands) {
      if (!pattern.test(value)) continue;
      const sentence = `In ${definition.title} ${says}, and "${value}" would be changed.`;
      if (certainty === 'sure') throw new GatehouseError('GH_CLIENT_UNSAFE_VALUE', sentence);
      doubts.push(sentence);
    }
  }
  return doubts;
}

/** Every key of ours has our value; keys that the client or a person added do not matter. */
export function covers(found: unknown, ours: Entry): boolean {
  return isMap(found) && Object.entries(ours).every(([key, value]) => isDeepStrictEqual(found[key], value));
}

export function isMap(value: unknown): value is Entry {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** `text` with the entry at `name` brought to `wanted`; keys that are not ours stay, and so do comments between them. */
export function setEntry(
  definition: ClientDefinition,
  text: string,
  name: string,
  wanted: Entry,
  former: Entry | undefined,
): string {
  const { format, keyPath } = definition;
  const path = [...keyPath, name];
  const found = format.parse(text).at(path);
  if (!isMap(found)) return format.set(text, path, wanted);
  let result = text;
  for (const key of Object.keys(former ?? {})) {
    if (!Object.hasOwn(wanted, key)) result = format.remove(result, [...path, key]);
  }
  for (const [key, value] of Object.entries(wanted)) {
    if (!isDeepStrictEqual(found[key], value)) result = format.set(result, [...path, key], value);
  }
  return result;
}

/** What `setEntry` makes of the entry that it found. */
export function merged(found: unknown, wanted: Entry, former: Entry | undefined): Entry {
  const kept = isMap(found) ? Object.entries(found).filter(([key]) => !Object.hasOwn(former ?? {}, key)) : [];
  return { ...Object.fromEntries(kept), ...wanted };
}
