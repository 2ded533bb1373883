import { createHash } from 'node:crypto';

/** Longest name that no client cuts together with a tool's (clients.md §5.4). */
export const NAME_LIMIT = 20;

/**
 * The names an entry may have, best first: the connection's id with `-` (`dpod/acme` → `dpod-acme`), and one with four
 * hex digits of its hash in case the first is too long or taken. Only `[a-z0-9-]`, at most 20 characters, no double
 * hyphen; the same connection always gets the same names.
 */
export function entryNames(connection: string): readonly string[] {
  const slug = connection
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  const tag = createHash('sha256').update(connection).digest('hex').slice(0, 4);
  const tagged = `${slug.slice(0, NAME_LIMIT - 5).replace(/-$/, '') || 'gatehouse'}-${tag}`;
  return slug !== '' && slug.length <= NAME_LIMIT ? [slug, tagged] : [tagged];
}
