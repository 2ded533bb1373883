import type { HostEvent, OutputOf } from '../../../app/contract/index.ts';
import type { Door, Line, SignIn } from './door.ts';
import { Failure, failureOf, lost } from './failure.ts';

/** Lives as long as the tab: a reload goes on, a copied address does not carry it. */
const KEY = 'gatehouse.key';
const RETRY_MS = 1_500;
/** The host says something every 15 s. Longer silence is a dead line that nobody closed, as after a sleep. */
const SILENT_MS = 40_000;

/** The window in a browser: the key comes in the address bar, calls and events go over loopback HTTP. */
export const httpDoor: Door = {
  /** Takes the key out of the address bar. A launch code is exchanged for it; it is good once. */
  async signIn(): Promise<SignIn> {
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
    return httpDoor.call('status', {}).then(
      () => 'in',
      error => (failureOf(error).keyRefused ? 'no key' : 'in'),
    );
  },

  async call(name, input) {
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
    return body.result as OutputOf<typeof name>;
  },

  listen(onEvent, onLine) {
    const read = async (): Promise<Line> => {
      const ended = new AbortController();
      const response = await fetch('/api/events', { headers: headers(), signal: ended.signal });
      if (response.status === 401) return 'refused';
      if (!response.ok || response.body === null) return 'lost';
      onLine('up');
      let rest = '';
      const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
      for (;;) {
        const silence = setTimeout(() => ended.abort(), SILENT_MS);
        const part = await reader.read().finally(() => clearTimeout(silence));
        if (part.done) return 'lost';
        const blocks = (rest + part.value).split('\n\n');
        rest = blocks.pop() ?? '';
        for (const block of blocks) if (block.startsWith('data: ')) onEvent(JSON.parse(block.slice(6)) as HostEvent);
      }
    };
    const again = async (): Promise<void> => {
      const line = await read().catch((): Line => 'lost');
      onLine(line);
      if (line !== 'refused') setTimeout(again, RETRY_MS);
    };
    void again();
  },
};

function headers(): Record<string, string> {
  return { authorization: `Bearer ${sessionStorage.getItem(KEY) ?? ''}`, 'content-type': 'application/json' };
}
