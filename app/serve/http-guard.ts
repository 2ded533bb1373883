const LOCAL = new Set(['localhost', '127.0.0.1', '[::1]']);

/** Whether a Host header names this machine: a rebinding attack arrives with the attacker's name (mcp.md §5.2). */
export function isLocalHost(host: string | undefined): boolean {
  return LOCAL.has(nameIn(`http://${host ?? ''}`));
}

/** Whether an Origin header, when there is one, names this machine. `null` does not. */
export function isLocalOrigin(origin: string | undefined): boolean {
  return origin === undefined || LOCAL.has(nameIn(origin));
}

function nameIn(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : '';
}
