/** Where the window's files come from: a scheme of our own, so that no `file:` page and no other origin is ever trusted. */
export const SCHEME = 'app';
const HOST = 'gatehouse';
export const ORIGIN = `${SCHEME}://${HOST}`;

/** The address of a place in the window, `place` as it stands after `#`. */
export const addressOf = (place: string): string =>
  `${ORIGIN}/index.html${place === '' ? '' : `#${place.replace(/^#/, '')}`}`;

export function isOurs(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, host } = new URL(address);
  return protocol === `${SCHEME}:` && host === HOST;
}
