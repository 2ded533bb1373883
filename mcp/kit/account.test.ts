import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as z from 'zod';
import { type AccountOptions, createAccount } from './account.ts';
import type { SignInOutcome } from './control.ts';
import { type Call, definesFor, type Manifest, type Outcome, secret } from './define.ts';
import { Fault } from './fault.ts';
import { manifestOf } from './testing.ts';

const { action, tool } = definesFor<object>();

/** One tool whose actions do what the test says. */
function thingsThat(run: (input: Record<string, unknown>, call: Call<object>) => Promise<Outcome>) {
  return tool({
    name: 'manage_things',
    title: 'Things',
    description: 'Things.',
    actions: {
      read: action({
        description: 'Reads.',
        effect: 'read',
        scopes: ['a', 'b'],
        input: { name: z.string().optional() },
        run,
      }),
      write: action({
        description: 'Writes.',
        effect: 'write',
        scopes: ['b'],
        input: {
          password: secret(z.string().min(8)).optional(),
          config: z.looseObject({ pin: secret(z.string()).optional() }).optional(),
        },
        run,
      }),
      drop: action({ description: 'Drops.', effect: 'destructive', scopes: ['b'], input: {}, run }),
      public: action({ description: 'Anyone.', effect: 'read', scopes: null, anonymous: true, input: {}, run }),
    },
  });
}

function started(
  run: Parameters<typeof thingsThat>[0],
  scopes: readonly string[] | null = ['a', 'b'],
  options: Partial<AccountOptions> = {},
  changes: Partial<Manifest<object>> = {},
) {
  const lines: string[] = [];
  const told: string[] = [];
  const outcomes: SignInOutcome[] = [];
  const refusals: string[] = [];
  const account = createAccount(
    { ...manifestOf([thingsThat(run)], scopes), ...changes },
    {
      settings: {},
      secrets: { key: 'canary-client-secret' },
      readOnly: false,
      stateFolder: '/nowhere',
      logLevel: 'debug',
      stderr: line => void lines.push(line),
      onSignIn: outcome => void outcomes.push(outcome),
      onScopeRefused: (_tool, name) => void refusals.push(name),
      ...options,
    },
  );
  const call = async (name: string, input: Record<string, unknown> = {}, signal = new AbortController().signal) => {
    const [things] = account.catalog.tools;
    const found = things?.actions.find(one => one.name === name);
    if (things === undefined || found === undefined) throw new Error(`There is no ${name}.`);
    const progress = (_done: number, _total: number | undefined, message: string): void => void told.push(message);
    return account.call(things, found, input, { signal, withinMs: 10_000, progress });
  };
  return { account, call, stderr: () => lines.join(''), told, outcomes, refusals };
}

const fine = async (): Promise<Outcome> => ({ done: true });

describe('who may do what', () => {
  it('read-only comes first: nothing is signed in for a write, and reads work', async () => {
    const { call, outcomes } = started(fine, ['a'], { readOnly: true });
    for (const name of ['write', 'drop'])
      expect(await call(name)).toMatchObject({
        isError: true,
        structured: { success: false, code: 'GH_READ_ONLY', action: name, read_only_mode: true },
      });
    expect(outcomes).toEqual([]);
    expect(await call('read')).toMatchObject({ structured: { success: true, done: true } });
    expect(outcomes).toHaveLength(1);
  });

  it('one scope of an action suffices, and a refusal tells what is allowed', async () => {
    const { call, account } = started(fine, ['a']);
    expect((await call('read')).isError).toBe(false);
    expect((await call('write')).structured).toMatchObject({
      code: 'GH_SCOPE_MISSING',
      error: 'manage_things/write needs another API scope: b.',
      tool: 'manage_things',
      action: 'write',
      allowed_actions: ['read', 'public'],
      current_scope: 'a',
      scope_restricted: true,
    });
    expect(account.info.permits('manage_things', 'write')).toBe(false);
    expect(account.info.permits('manage_things', 'nothing')).toBe(false);
  });

  it('where the vendor does not tell its scopes, everything is tried', async () => {
    const { call } = started(fine, null);
    expect((await call('drop')).isError).toBe(false);
  });

  it('an anonymous action signs nobody in', async () => {
    const { call, outcomes } = started(fine, ['a'], { secrets: {} });
    expect((await call('public')).isError).toBe(false);
    expect(outcomes).toEqual([]);
  });

  it('a missing credential is named with its variable', async () => {
    const { call, account } = started(fine, ['a'], { secrets: { key: '' } });
    expect((await call('read')).structured).toMatchObject({
      code: 'GH_SIGN_IN',
      error: 'Missing: key (TEST_KEY).',
      hint: 'Ask the test.',
    });
    expect(await account.signIn()).toMatchObject({ ok: false, code: 'GH_SIGN_IN' });
  });

  it('a vendor that is down while signing in is not called a wrong credential', async () => {
    const signIn = async () => {
      throw new Fault('GH_VENDOR_DOWN', 'nobody there');
    };
    const { call } = started(fine, ['a'], {}, { signIn });
    expect((await call('read')).structured).toMatchObject({ code: 'GH_VENDOR_DOWN', error: 'nobody there' });
  });

  it('calls that begin together share one sign-in', async () => {
    const { call, outcomes } = started(fine);
    await Promise.all([call('read'), call('read'), call('write')]);
    expect(outcomes).toEqual([{ ok: true, identity: 'tester', scopes: ['a', 'b'], demo: false }]);
  });

  it('a refusal of the vendor for lack of scope is reported', async () => {
    const { call, refusals } = started(async () => {
      throw new Fault('GH_VENDOR_SCOPE', 'no', { status: 403, details: 'said so' });
    });
    expect((await call('read')).structured).toMatchObject({
      code: 'GH_VENDOR_SCOPE',
      status_code: 403,
      details: 'said so',
    });
    expect(refusals).toEqual(['read']);
  });
});

describe('a refusal that lasts', () => {
  it('is remembered for its action until the next sign-in, and sent to nobody meanwhile', async () => {
    let ran = 0;
    const { call, account } = started(async () => {
      ran += 1;
      throw new Fault('GH_VENDOR_SCOPE', 'The role is too small.', { lasting: true });
    });
    for (let tries = 0; tries < 3; tries++)
      expect((await call('write')).structured).toMatchObject({
        code: 'GH_VENDOR_SCOPE',
        error: 'The role is too small.',
      });
    expect(ran).toBe(1);
    expect(account.info.permits('manage_things', 'write')).toBe(false);
    expect(account.info.permits('manage_things', 'read')).toBe(true);
    await account.signIn();
    await call('write');
    expect(ran).toBe(2);
  });
});

describe('arguments', () => {
  it('as the original server took them are understood, and their secrets are known as such', async () => {
    const seen: unknown[] = [];
    const give = action({
      description: 'Gives.',
      effect: 'write',
      scopes: null,
      input: { branch_name: z.string(), password: secret(z.string()).optional() },
      aliases: { branch: 'branch_name', pass: 'password' },
      run: async input => {
        seen.push(input);
        return {};
      },
    });
    const original = tool({ name: 'give', title: 'Give', description: 'Gives.', actions: { give } });
    const manifest = { ...manifestOf([original]), wrappers: ['app', 'params'] };
    const account = createAccount(manifest, {
      settings: {},
      secrets: { key: 'k' },
      readOnly: false,
      stateFolder: '/nowhere',
      logLevel: 'error',
    });
    const [shown] = account.catalog.tools;
    const [only] = shown?.actions ?? [];
    if (shown === undefined || only === undefined) throw new Error('There is no tool.');
    const options = { signal: new AbortController().signal, withinMs: 5_000, progress: () => undefined };
    for (const input of [
      { branch: 'main' },
      { app: { branch: 'main' } },
      { params: { branch_name: 'main' } },
      { branch: 'old', branch_name: 'main' },
    ])
      expect(await account.call(shown, only, input, options)).toMatchObject({ isError: false });
    expect(seen).toEqual(Array.from({ length: 4 }, () => ({ branch_name: 'main' })));
    expect(only.secretParameters).toEqual([
      'password',
      'pass',
      'app.password',
      'app.pass',
      'params.password',
      'params.pass',
    ]);
  });

  it('that the action does not use are refused, with those it takes', async () => {
    const { call } = started(fine);
    expect((await call('read', { name: 'x', other: 1 })).structured.error).toBe(
      'read does not use other. It takes name.',
    );
    expect((await call('drop', { name: 'x' })).structured.error).toBe('drop does not use name. It takes no arguments.');
  });

  it('of the wrong form are named one by one', async () => {
    const { call } = started(fine);
    const { structured } = await call('write', { password: 'short', config: { pin: 7 } });
    expect(structured.code).toBe('GH_INVALID_INPUT');
    expect(structured.error).toMatch(/^write: password: .*; config\.pin: /);
  });
});

describe('results', () => {
  it('that are too large are refused', async () => {
    const { call } = started(async () => ({ text: 'x'.repeat(5_000_000) }));
    expect((await call('read')).structured).toMatchObject({ code: 'GH_TOO_LARGE' });
  });

  it('of what failed in an unforeseen way say so', async () => {
    const { call, stderr } = started(async () => {
      throw new TypeError('x is undefined');
    });
    expect((await call('read')).structured).toMatchObject({
      code: 'GH_INTERNAL',
      hint: expect.stringContaining('log'),
    });
    expect(stderr()).toContain('TypeError: x is undefined\\n    at');
  });

  it('of a cancelled call are a cancellation, unless its outcome is unknown', async () => {
    const controller = new AbortController();
    const cancelledBy = (error: Error) => async () => {
      controller.abort();
      throw error;
    };
    const code = async (error: Error) =>
      (await started(cancelledBy(error)).call('read', {}, controller.signal)).structured.code;
    expect(await code(new Error('aborted'))).toBe('GH_CANCELLED');
    expect(await code(new Fault('GH_VENDOR_ANSWER', 'broke off'))).toBe('GH_CANCELLED');
    expect(await code(new Fault('GH_OUTCOME_UNKNOWN', 'who knows'))).toBe('GH_OUTCOME_UNKNOWN');
  });

  it('come with progress that only rises, and none after a cancellation', async () => {
    const controller = new AbortController();
    const { call, told } = started(async (_input, { progress }) => {
      for (const done of [1, 3, 2, 3, 5]) progress(done, 10, String(done));
      controller.abort();
      progress(9, 10, '9');
      return {};
    });
    await call('read', {}, controller.signal);
    expect(told).toEqual(['1', '3', '5']);
  });
});

describe('secrets', () => {
  const canaries = {
    client: 'canary-client-secret',
    password: 'canary-"password"\\',
    pin: 'canary-pin',
    bearer: 'canary-bearer',
    fresh: 'canary-fresh-secret',
    signed: 'https://files.test/x?sig=canary-signed',
  };

  it.each(['a fault', 'a bug', 'a success'])('are in no log, error or progress after %s', async kind => {
    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-account-'));
    try {
      const logFile = join(folder, 'logs', 'test.log');
      const all = Object.values(canaries).join(' ');
      const { call, stderr, told, outcomes, account } = started(
        async (_input, { keepSecret, progress, log }) => {
          keepSecret(canaries.fresh);
          keepSecret(canaries.signed);
          progress(1, 2, `seen ${all}`);
          log.info('seen', { clean: [canaries.client, canaries.bearer, canaries.fresh, canaries.signed] });
          if (kind === 'a fault')
            throw new Fault('GH_VENDOR_REFUSED', `no: ${all}`, { details: JSON.stringify({ all }) });
          if (kind === 'a bug') throw new Error(`bug: ${all}`);
          return { credential: canaries.fresh };
        },
        ['b'],
        { logFile },
        {
          open({ keepSecret }) {
            keepSecret(canaries.bearer);
            return {};
          },
        },
      );
      const answer = await call('write', { password: canaries.password, config: { pin: canaries.pin } });
      expect(answer.isError).toBe(kind !== 'a success');
      const written = [stderr(), readFileSync(logFile, 'utf8'), told, outcomes, JSON.stringify(account.info.scopes)];
      // What was asked for is told once, in the result; a failure tells nothing.
      if (answer.isError) written.push(JSON.stringify(answer.structured));
      else expect(answer.structured.credential).toBe(canaries.fresh);
      expect(written.join('\n')).toContain('seen');
      expect(written.join('\n')).not.toContain('canary');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('stay out of the report of a failed sign-in', async () => {
    const { account, stderr, outcomes } = started(
      fine,
      ['a'],
      {},
      {
        async signIn() {
          throw new Fault('GH_SIGN_IN', 'refused canary-client-secret', { details: 'for canary-client-secret' });
        },
      },
    );
    expect(await account.signIn()).toMatchObject({
      ok: false,
      message: 'refused ••• It said: for •••',
    });
    expect(stderr() + JSON.stringify(outcomes)).not.toContain('canary');
  });
});
