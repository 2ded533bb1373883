import { setTimeout as sleep } from 'node:timers/promises';
import { type AttemptLimits, createAttempts } from './attempts.ts';
import type { BrowserSignIn, Call } from './define.ts';
import { Fault } from './fault.ts';
import type { Logger } from './log.ts';
import type { SharedStore } from './shared-store.ts';
import { openSignInPage, type SignInPage, type SignInState, type SignInValues } from './sign-in-page.ts';

export interface BrowserOptions extends AttemptLimits {
  /** Milliseconds until a page expires. */
  readonly lifeMs: number;
  /** Shows the page to the person. */
  open(url: string): void;
  /** What happens on the page, for the history. */
  tell?(event: string, details: Readonly<Record<string, unknown>>): void;
}

interface Deps extends BrowserOptions {
  /** Names of the credentials, as the vault has them. */
  readonly credentials: readonly string[];
  readonly log: Logger;
  readonly now: () => number;
  readonly store: SharedStore;
  readonly keepSecret: (value: string) => void;
  readonly storeSecret: ((field: string, value: string) => void) | undefined;
}

/** Time that an answer needs on its way back, in ms. */
const ANSWER_MS = 3_000;
const KEEP_QUESTION = ' Keep it in the vault of Gatehouse, so that nobody has to sign in again.';

/** The sign-in of one account on a page: one page at a time, for all calls that wait. */
export function createBrowserSession<State>(browser: BrowserSignIn<State>, state: State, deps: Deps) {
  const attempts = createAttempts(deps, deps.store);
  const { elsewhere } = browser;
  let page: SignInPage | undefined;
  let opening: Promise<SignInPage> | undefined;

  /** Only what the person agreed to goes to the vault. */
  const adopt = async (values: SignInValues, agreed: boolean): Promise<void> => {
    for (const { name, kind } of browser.form.fields)
      if (kind === 'password' && values[name]) deps.keepSecret(values[name]);
    const keep = agreed && deps.storeSecret !== undefined;
    const found = { ...values, ...(await browser.signIn(state, values, keep)) };
    if (!keep) return;
    for (const name of deps.credentials) if (found[name]) deps.storeSecret?.(name, found[name]);
  };
  const openPage = async (): Promise<SignInPage> => {
    page = await openSignInPage({
      form: browser.form,
      ...(elsewhere === undefined ? {} : { elsewhere: (returnTo: string) => elsewhere(state, returnTo) }),
      attempts,
      lifeMs: deps.lifeMs,
      log: deps.log,
      signIn: adopt,
      ...(deps.tell === undefined ? {} : { tell: deps.tell }),
      ...(deps.storeSecret === undefined ? {} : { keepQuestion: KEEP_QUESTION }),
    });
    deps.open(page.url);
    return page;
  };
  const currentPage = async (): Promise<SignInPage> => {
    if (page !== undefined && ['pending', 'locked'].includes(page.state)) return page;
    opening ??= openPage().finally(() => {
      opening = undefined;
    });
    return opening;
  };
  return {
    /** Waits for a sign-in as long as the call may, when there is none. Throws `GH_SIGN_IN` with the address of the page. */
    async ensure(call: Call<State>): Promise<void> {
      if (await browser.ready(state)) return;
      const { url, ended } = await currentPage();
      call.progress(0.001, undefined, `Sign in at ${url}`);
      const leftMs = Math.max(0, call.deadline - deps.now() - ANSWER_MS);
      const how = await Promise.race([ended, sleep(leftMs, undefined, { signal: call.signal, ref: false })]);
      if (how !== 'authenticated') throw notYet(how, url);
    },
  };
}

function notYet(how: SignInState | undefined, url: string): Fault {
  if (how !== undefined)
    return new Fault('GH_SIGN_IN', `The sign-in page is over: ${how}.`, {
      hint: 'Call again for a new page.',
      fields: { status: how },
    });
  return new Fault('GH_SIGN_IN', 'Nobody has signed in yet.', {
    hint: 'Open the address in a browser on this machine, sign in, and call again.',
    fields: { status: 'pending', authorization_url: url },
  });
}
