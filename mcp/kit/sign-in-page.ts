import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Attempts } from './attempts.ts';
import { Fault } from './fault.ts';
import type { Logger } from './log.ts';

/** What a person types to sign in. */
export interface SignInForm {
  readonly title: string;
  /** What becomes of it, in a sentence or two. */
  readonly explanation: string;
  readonly fields: readonly {
    readonly name: string;
    readonly label: string;
    readonly kind: 'email' | 'password' | 'choice';
    readonly required: boolean;
    readonly choices?: readonly string[];
  }[];
  /** What is wrong with the form; `undefined`: nothing. */
  check(values: SignInValues): string | undefined;
}
export type SignInValues = Readonly<Record<string, string>>;

/** A sign-in on the vendor's own page, from which the person comes back with an answer in the address. */
export interface Elsewhere {
  readonly url: string;
  /** Whether an address that somebody comes back with belongs to this sign-in at all. */
  isOurs(query: URLSearchParams): boolean;
  /** Takes the answer; what is left to be asked, if anything. Throws `Fault`. */
  arrived(query: URLSearchParams): Promise<SignInForm['fields']>;
}

export type SignInState = 'pending' | 'authenticated' | 'expired' | 'locked' | 'cancelled';

/** A page for one sign-in, on the loopback address, for as long as it takes. */
export interface SignInPage extends AsyncDisposable {
  /** Works once: it is exchanged for a cookie by the first browser that opens it. */
  readonly url: string;
  readonly state: SignInState;
  /** Settles when the page is over: signed in, expired or cancelled. */
  readonly ended: Promise<SignInState>;
}

interface Deps {
  readonly form: SignInForm;
  /** Where the person signs in first, given the address to come back to. */
  readonly elsewhere?: (returnTo: string) => Elsewhere;
  /** Throws `Fault` when the vendor refuses. `keep`: the person agreed to it. */
  readonly signIn: (values: SignInValues, keep: boolean) => Promise<void>;
  /** The person is asked whether to keep the credential, in these words. */
  readonly keepQuestion?: string;
  /** What happens on the page, for the history. */
  readonly tell?: (event: string, details: Readonly<Record<string, unknown>>) => void;
  readonly attempts: Attempts;
  /** Milliseconds until it expires; nothing lengthens it. */
  readonly lifeMs: number;
  readonly log: Logger;
}

const MAX_FORM_BYTES = 16 * 1024;
const COOKIE = 'gatehouse_sign_in';
const secretText = (): string => randomBytes(32).toString('base64url');

/**
 * Opens the page. The link carries a one-time word that is moved to a cookie (SameSite=Strict, HttpOnly) at once; the form
 * carries a second word against forged posts; Host and Origin are checked; nothing is cached, framed or scripted.
 */
export async function openSignInPage(deps: Deps): Promise<SignInPage> {
  const { form, log } = deps;
  const [once, session, formWord] = [secretText(), secretText(), secretText()];
  const shortId = createHash('sha256').update(session).digest('hex').slice(0, 8);
  const note = (event: string, more: Readonly<Record<string, unknown>> = {}): void => {
    log.info(`browser sign-in ${event}`, { sign_in: shortId, ...more });
    deps.tell?.(event, more);
  };
  let opened = false;
  let state: SignInState = 'pending';
  const { promise: ended, resolve: end } = Promise.withResolvers<SignInState>();

  const over = (how: SignInState): void => {
    if (state !== 'pending' && state !== 'locked') return;
    state = how;
    clearTimeout(alarm);
    note(how);
    end(how);
    // The last page must still get out.
    setTimeout(() => close(), 1_000).unref();
  };
  const alarm = setTimeout(() => over('expired'), deps.lifeMs);
  alarm.unref();

  /** The vendor's page, and the answer that was brought back from it; both are used once. */
  let away: Elsewhere | undefined;
  let brought: URLSearchParams | undefined;
  let asked = form;

  const depart = (response: ServerResponse, refused = ''): void => {
    away = deps.elsewhere?.(`${origin()}/auth/callback`);
    const url = escaped(away?.url ?? '');
    const link = `<p><a href="${url}" rel="noreferrer">Go on to the sign-in</a></p>`;
    page(response, 200, form, `${refused}<p>${escaped(form.explanation)}</p>${link}`);
  };
  /** Our own page asked for this, so the cookie came along: now it is known to be the browser that set out. */
  const arrive = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const [from, query] = [away, brought];
    [away, brought] = [undefined, undefined];
    const address = request.socket.remoteAddress ?? '';
    if (from === undefined || query === undefined) return depart(response);
    const waitMs = await deps.attempts.wait(session, address);
    if (waitMs > 0) return locked(response, address, waitMs);
    const fields = await from.arrived(query).catch((error: unknown) => sentenceOf(error));
    if (typeof fields === 'string') {
      await deps.attempts.failed(session, address);
      note('failed', { address });
      return depart(response, refusalOf(fields));
    }
    asked = { ...form, fields };
    if (fields.length > 0 || deps.keepQuestion !== undefined)
      return page(response, 200, form, inputs({ ...deps, form: asked }, formWord));
    const failed = await deps.signIn({}, false).then(() => undefined, sentenceOf);
    if (failed !== undefined) return depart(response, refusalOf(failed));
    await deps.attempts.succeeded(session, address);
    over('authenticated');
    page(response, 200, form, DONE);
  };
  const locked = (response: ServerResponse, address: string, waitMs: number): void => {
    state = 'locked';
    const seconds = Math.ceil(waitMs / 1_000);
    note('locked out', { address, seconds });
    page(response, 429, form, refusalOf(`Too many attempts. Wait ${seconds} s.`), { 'retry-after': String(seconds) });
  };

  const submit = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const address = request.socket.remoteAddress ?? '';
    const given = new URLSearchParams(await bodyOf(request));
    if (!same(given.get('word') ?? '', formWord)) return page(response, 403, form, refusalOf('The form is not ours.'));
    const waitMs = await deps.attempts.wait(session, address);
    if (waitMs > 0) return locked(response, address, waitMs);
    state = 'pending';
    const values = Object.fromEntries(asked.fields.map(({ name }) => [name, (given.get(name) ?? '').trim()]));
    const wrong = form.check(values);
    const failed = wrong ?? (await deps.signIn(values, given.get('keep') === 'yes').then(() => undefined, sentenceOf));
    if (failed === undefined) {
      await deps.attempts.succeeded(session, address);
      over('authenticated');
      return page(response, 200, form, DONE);
    }
    await deps.attempts.failed(session, address);
    note('failed', { address, form: wrong !== undefined });
    page(response, 400, form, `${refusalOf(failed)}${inputs({ ...deps, form: asked }, formWord)}`);
  };

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { port } = server.address() as AddressInfo;
    const origins = [`http://127.0.0.1:${port}`, `http://localhost:${port}`];
    const url = new URL(request.url ?? '/', origins[0]);
    const { origin } = request.headers;
    if (!origins.includes(`http://${request.headers.host}`) || (origin !== undefined && !origins.includes(origin)))
      return page(response, 403, form, refusalOf('This page is for this machine only.'));
    if (request.method === 'GET' && url.pathname === '/auth' && url.searchParams.has('once')) {
      const right = !opened && same(url.searchParams.get('once') ?? '', once);
      if (!right) return page(response, 403, form, refusalOf('This link was used already. Ask for a new one.'));
      opened = true;
      note('opened');
      // By a refresh, not a redirect: the cookie goes with what our own page asks for (SameSite=Strict).
      return page(response, 200, form, '<p>One moment …</p>', {
        'set-cookie': `${COOKIE}=${session}; HttpOnly; SameSite=Strict; Path=/auth`,
        refresh: '0; url=/auth',
      });
    }
    if (request.method === 'GET' && url.pathname === '/auth/callback' && away?.isOurs(url.searchParams) === true) {
      brought = url.searchParams;
      // From another site the cookie does not come along; it does with what this page asks for.
      return page(response, 200, form, '<p>One moment …</p>', { refresh: '0; url=/auth/arrived' });
    }
    if (!same(cookieOf(request), session))
      return page(response, 403, form, refusalOf('Open the link that you were given.'));
    if (request.method === 'GET' && url.pathname === '/auth/status')
      return send(
        response,
        200,
        'application/json',
        JSON.stringify({ status: state, authenticated: state === 'authenticated' }),
      );
    if (request.method === 'GET' && url.pathname === '/auth/arrived') return await arrive(request, response);
    if (request.method === 'GET' && url.pathname === '/auth' && deps.elsewhere !== undefined) return depart(response);
    if (request.method === 'GET' && url.pathname === '/auth') return page(response, 200, form, inputs(deps, formWord));
    if (request.method === 'POST' && url.pathname === '/auth/submit' && origin !== undefined)
      return await submit(request, response);
    if (request.method === 'POST' && url.pathname === '/auth/cancel' && origin !== undefined) {
      over('cancelled');
      return page(response, 200, form, '<p role="status">Cancelled. You can close this page.</p>');
    }
    page(response, 404, form, refusalOf('There is nothing here.'));
  };

  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });
  await new Promise<void>((resolve, reject) => server.once('error', reject).listen(0, '127.0.0.1', resolve));
  const close = (): void => {
    server.close();
    server.closeAllConnections();
  };
  const origin = (): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  note('begins', { seconds: deps.lifeMs / 1_000 });
  return {
    url: `${origin()}/auth?once=${once}`,
    get state() {
      return state;
    },
    ended,
    async [Symbol.asyncDispose]() {
      over('cancelled');
      close();
    },
  };
}

function sentenceOf(error: unknown): string {
  return error instanceof Fault ? `${error.message} ${error.hint}` : 'It did not work; the log has the details.';
}

function same(given: string, wanted: string): boolean {
  const [a, b] = [given, wanted].map(text => createHash('sha256').update(text).digest());
  return a !== undefined && b !== undefined && timingSafeEqual(a, b);
}

function cookieOf(request: IncomingMessage): string {
  return new RegExp(`(?:^|; )${COOKIE}=([\\w-]+)`).exec(request.headers.cookie ?? '')?.[1] ?? '';
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) {
    text += String(chunk);
    if (text.length > MAX_FORM_BYTES) throw new Error('The form is too large.');
  }
  return text;
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const refusalOf = (text: string): string => `<p role="alert">${escaped(text)}</p>`;

const DONE = '<p role="status">You are signed in. You can close this page.</p>';

function inputs({ form, keepQuestion }: Pick<Deps, 'form' | 'keepQuestion'>, word: string): string {
  const rows = form.fields.map(({ name, label, kind, required, choices = [] }) => {
    if (kind !== 'choice')
      return `<label>${escaped(label)}<input name="${name}" type="${kind}" autocomplete="off"${required ? ' required' : ''}></label>`;
    const options = choices.map(one => `<option>${escaped(one)}</option>`).join('');
    return `<label>${escaped(label)}<select name="${name}">${options}</select></label>`;
  });
  const keep =
    keepQuestion === undefined
      ? ''
      : `<label><input type="checkbox" name="keep" value="yes">${escaped(keepQuestion)}</label>`;
  return `<p>${escaped(form.explanation)}</p>
<form method="post" action="/auth/submit"><input type="hidden" name="word" value="${word}">${rows.join('')}${keep}
<button>Sign in</button> <button formaction="/auth/cancel" formnovalidate>Cancel</button></form>`;
}

const STYLE =
  'body{font:16px/1.5 system-ui;max-width:26rem;margin:4rem auto;padding:0 1rem}label{display:block;margin:1rem 0}input:not([type=checkbox]){display:block;width:100%;padding:.5rem;font:inherit;box-sizing:border-box}button{padding:.5rem 1rem;font:inherit}[role=alert]{color:#a00}';

function page(
  response: ServerResponse,
  status: number,
  form: SignInForm,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const title = escaped(form.title);
  send(
    response,
    status,
    'text/html; charset=utf-8',
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><style>${STYLE}</style><h1>${title}</h1>${body}</html>`,
    headers,
  );
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response
    .writeHead(status, {
      'content-type': type,
      'cache-control': 'no-store',
      // Under no-referrer a browser would send "Origin: null" with our own form (Fetch, "append a request Origin header").
      'referrer-policy': 'same-origin',
      'x-content-type-options': 'nosniff',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
      ...headers,
    })
    .end(body);
}
