import { useSyncExternalStore } from 'react';

/** Where the window is, as the address says after `#/`: a path, and what is filtered or open there. */
export interface Route {
  readonly path: readonly string[];
  readonly query: Readonly<Record<string, string>>;
}

export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#?\/?/, '').split('?');
  return {
    path: path.split('/').filter(Boolean).map(decode),
    query: Object.fromEntries(new URLSearchParams(query)),
  };
}

/** The hash of a route; what is empty in the query is left out. */
export function hashOf(path: readonly string[], query: Readonly<Record<string, string>> = {}): string {
  const told = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== '')).toString();
  return `#/${path.map(encodeURIComponent).join('/')}${told === '' ? '' : `?${told}`}`;
}

export const hashOfConnection = (id: string): string => hashOf(['connections', ...id.split('/')]);

export function useRoute(): Route {
  return parseRoute(useSyncExternalStore(subscribe, () => location.hash));
}

/** Changes what is filtered or open on this screen, without a step in the browser's history. */
export function setQuery(change: Readonly<Record<string, string>>): void {
  const { path, query } = parseRoute(location.hash);
  history.replaceState(null, '', hashOf(path, { ...query, ...change }));
  dispatchEvent(new HashChangeEvent('hashchange'));
}

function subscribe(changed: () => void): () => void {
  addEventListener('hashchange', changed);
  return () => removeEventListener('hashchange', changed);
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
