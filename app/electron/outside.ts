/** Programs whose install links the window makes (app/clients/known): they ask the person themselves. */
const ASSISTANTS: ReadonlySet<string> = new Set(['cursor:', 'vscode:', 'vscode-insiders:']);

/** Sites that the backends' manifests name. */
const SITES: ReadonlySet<string> = new Set([
  'status.dpondemand.io',
  'thales.eu.market.dpondemand.io',
  'thales.na.market.dpondemand.io',
]);

/** Whether an address may be handed to the system: https to a site of the list, or an assistant's install link. */
export function mayOpen(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname, username, password } = new URL(address);
  if (username !== '' || password !== '') return false;
  return protocol === 'https:' ? SITES.has(hostname) : ASSISTANTS.has(protocol);
}

/** A page that the host itself serves on this machine, such as one to sign in. */
export function isOwnPage(address: string): boolean {
  if (!URL.canParse(address)) return false;
  const { protocol, hostname } = new URL(address);
  return protocol === 'http:' && (hostname === '127.0.0.1' || hostname === 'localhost');
}
