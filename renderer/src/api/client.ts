import type { HostEvent, InputOf, OutputOf, ProcedureName } from '../../../app/contract/index.ts';

/** A failure as people read it: what happened, what to do next, and the code to look up. */
export class Failure extends Error {
  readonly code: string;
  readonly hint: string;
  constructor(code: string, message: string, hint: string) {
    super(message);
    this.code = code;
    this.hint = hint;
  }
}

const LOST = new Failure(
  'GH_HOST_DOWN',
  'Gatehouse does not answer.',
  'It may have ended. Start it again, then reload.',
);
/** Lives as long as the tab: a reload goes on, a copied address does not carry it. */
const KEY = 'gatehouse.key';

/** Takes the key out of the address bar. A launch code is exchanged for it; it is good once. */
export async function signIn(): Promise<boolean> {
  const given = new URLSearchParams(location.hash.slice(1));
  const [key, launch] = [given.get('key'), given.get('launch')];
  if (key !== null || launch !== null) history.replaceState(null, '', location.pathname + location.search);
  if (key !== null) sessionStorage.setItem(KEY, key);
  if (launch !== null) {
    const response = await fetch('/api/launch', { method: 'POST', body: JSON.stringify({ code: launch }) });
    if (response.ok) sessionStorage.setItem(KEY, String(((await response.json()) as { readonly key: unknown }).key));
  }
  if (sessionStorage.getItem(KEY) === null) return false;
  return call('status', {}).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Failure && error.code === 'GH_USAGE') return false;
      throw error;
    },
  );
}

function headers(): Record<string, string> {
  return { authorization: `Bearer ${sessionStorage.getItem(KEY) ?? ''}`, 'content-type': 'application/json' };
}

/** Asks the host. Rejects with `Failure`. */
export async function call<N extends ProcedureName>(name: N, input: InputOf<N>): Promise<OutputOf<N>> {
  const response = await fetch(`/api/${name}`, {
    method: 'POST',
    headers: headers(),
    body: JSON.stringify(input),
  }).catch(() => {
    throw LOST;
  });
  const body = (await response.json().catch(() => ({}))) as {
    readonly result?: unknown;
    readonly error?: { readonly code: string; readonly message: string; readonly hint: string };
  };
  if (body.error !== undefined) throw new Failure(body.error.code, body.error.message, body.error.hint);
  return body.result as OutputOf<N>;
}

const RETRY_MS = 1_500;

/** What the host pushes, for as long as the window is open; `onLink` says whether the line stands. */
export function listen(onEvent: (event: HostEvent) => void, onLink: (up: boolean) => void): void {
  const read = async (): Promise<void> => {
    const response = await fetch('/api/events', { headers: headers() });
    if (!response.ok || response.body === null) throw LOST;
    onLink(true);
    let rest = '';
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const blocks = (rest + part.value).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) if (block.startsWith('data: ')) onEvent(JSON.parse(block.slice(6)) as HostEvent);
    }
  };
  const again = (): void => {
    void read()
      .catch(() => undefined)
      .then(() => {
        onLink(false);
        setTimeout(again, RETRY_MS);
      });
  };
  again();
}
