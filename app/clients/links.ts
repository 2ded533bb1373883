import { GatehouseError } from '../contract/errors.ts';
import type { ClientDefinition, Entry } from './definition.ts';

/** Windows hands no longer links to a program. */
const LONGEST = 2_000;

/** Of the UTF-8 bytes: `btoa` alone fails on paths that are not Latin-1. */
export function base64(text: string): string {
  return Buffer.from(text, 'utf8').toString('base64');
}

/** A link that asks the person to install the entry. Throws `GH_CLIENT_NO_LINK`. */
export function installLink(definition: ClientDefinition, name: string, entry: Entry): string {
  if (definition.link === undefined) {
    throw new GatehouseError('GH_CLIENT_NO_LINK', `${definition.title} has no install links.`);
  }
  const link = definition.link(name, entry);
  if (link.length > LONGEST) {
    throw new GatehouseError(
      'GH_CLIENT_NO_LINK',
      `The link would have ${link.length} characters, more than the ${LONGEST} that Windows takes.`,
    );
  }
  return link;
}
