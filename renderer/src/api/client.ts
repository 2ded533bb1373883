import type { InputOf, OutputOf, ProcedureName } from '../../../app/contract/index.ts';

/** A failure as people read it: what happened, what to do next, and the code to look up. */
export class Failure extends Error {
  readonly code: string;
  readonly hint: string;
  /** The key is not, or no longer, that of this host: nothing but a new address helps. */
  readonly keyRefused: boolean;
  constructor(code: string, message: string, hint: string, keyRefused = false) {
    super(message);
    this.code = code;
    this.hint = hint;
    this.keyRefused = keyRefused;
  }
}

export function failureOf(error: unknown): Failure {
  return error instanceof Failure ? error : new Failure('GH_INTERNAL', String(error), 'Reload the window.');
}

const lost = (): Failure =>
  new Failure('GH_HOST_DOWN', 'Gatehouse does not answer.', 'It may have ended. Start it again, then try once more.');

/** Lives as long as the tab: a reload goes on, a copied address does not carry it. */
const KEY = 'gatehouse.key';

/** What the key of the address bar is good for; `stale launch`: the address was meant for one use. */
export type SignIn = 'in' | 'no key' | 'stale launch';

/** Takes the key out of the address bar. A launch code is exchanged for it; it is good once. */
export async function signIn(): Promise<SignIn> {
  const given = new URLSearchParams(location.hash.slice(1));
  const [key, launch] = [given.get('key'), given.get('launch')];
  if (key !== null || launch !== null) history.replaceState(null, '', location.pathname + location.search);
  if (key !== null) sessionStorage.setItem(KEY, key);
  if (launch !== null) {
    const response = await fetch('/api/launch', { method: 'POST', body: JSON.stringify({ code: launch }) });
    if (!response.ok) return 'stale launch';
    sessionStorage.setItem(KEY, String(((await response.json()) as { readonly key: unknown }).key));
  }
  if (sessionStorage.getItem(KEY) === null) return 'no key';
  return call('status', {}).then(
    () => 'in',
    error => (failureOf(error).keyRefused ? 'no key' : 'in'),
  );
}

export function headers(): Record<string, string> {
  return { authorization: `Bearer ${sessionStorage.getItem(KEY) ?? ''}`, 'content-type': 'application/json' };
}

/** Asks the host. Rejects with `Failure`. */
export async function call<N extends ProcedureName>(name: N, input: InputOf<N>): Promise<OutputOf<N>> {
  const response = await fetch(`/api/${name}`, {
    method: 'POST',
    headers: headers(),
    body: JSON.stringify(input),
  }).catch(() => {
    throw lost();
  });
  const body = (await response.json().catch(() => {
    throw lost();
  })) as {
    readonly result?: unknown;
    readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
  };
  if (body.error !== undefined)
    throw new Failure(body.error.code, body.error.message, body.error.hint, response.status === 401);
  return body.result as OutputOf<N>;
}
