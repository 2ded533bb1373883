import { describe, expect, it } from 'vitest';
import { decide, type Policy, type PolicyAction, type Rule, type Verdict, widens } from './index.ts';

const NOW = '2026-11-21T10:00:00.000Z';
const action = (over: Partial<PolicyAction> = {}): PolicyAction => ({
  tool: 'manage_services',
  action: 'list',
  effect: 'read',
  flags: [],
  scopes: null,
  ...over,
});
const rule = (verdict: Verdict, over: Partial<Rule> = {}): Rule => ({
  client: '',
  effect: '',
  tool: '',
  action: '',
  until: null,
  verdict,
  ...over,
});
const policy = (over: Partial<Policy> = {}): Policy => ({
  paused: false,
  readOnly: false,
  scopes: null,
  rules: [],
  ...over,
});
const verdict = (a: PolicyAction, p: Policy, client = 'cursor'): Verdict => decide(client, a, p, NOW).verdict;
const write = action({ action: 'create', effect: 'write' });
const remove = action({ action: 'delete', effect: 'destructive' });

describe('a new connection', () => {
  it('allows reads and asks before the rest', () => {
    expect([action(), write, remove].map(a => verdict(a, policy()))).toEqual(['allow', 'ask', 'ask']);
  });
});

describe('what no grant overrules', () => {
  const all = rule('allow', { tool: 'manage_services', action: 'create' });
  it('is the pause', () => {
    expect(decide('cursor', action(), policy({ paused: true }), NOW)).toMatchObject({
      verdict: 'deny',
      code: 'GH_PAUSED',
    });
  });
  it('is the scope of the credential; one of several suffices; an unknown scope does not forbid', () => {
    const scoped = action({ ...write, scopes: ['owner', 'admin'] });
    expect(decide('cursor', scoped, policy({ scopes: ['reader'], rules: [all] }), NOW)).toMatchObject({
      verdict: 'hide',
      code: 'GH_SCOPE_MISSING',
    });
    expect(verdict(scoped, policy({ scopes: ['reader', 'admin'], rules: [all] }))).toBe('allow');
    expect(verdict(scoped, policy({ scopes: null, rules: [all] }))).toBe('allow');
    expect(verdict(scoped, policy({ scopes: [] }))).toBe('hide');
  });
  it('is read-only', () => {
    expect(decide('cursor', write, policy({ readOnly: true, rules: [all] }), NOW)).toMatchObject({
      verdict: 'hide',
      code: 'GH_READ_ONLY',
    });
    expect(verdict(action(), policy({ readOnly: true }))).toBe('allow');
  });
  it('is a flag: such an action asks at least', () => {
    const flagged = action({ ...write, flags: ['revealsSecret'] });
    expect(verdict(flagged, policy({ rules: [all] }))).toBe('ask');
    expect(verdict(flagged, policy({ rules: [rule('deny', { effect: 'write' })] }))).toBe('deny');
    expect(verdict(action({ flags: ['costsMoney'] }), policy())).toBe('ask');
  });
});

describe('of several grants', () => {
  const effect = (v: Verdict, client = ''): Rule => rule(v, { effect: 'write', client });
  const tool = (v: Verdict, client = ''): Rule => rule(v, { tool: 'manage_services', client });
  const act = (v: Verdict, client = ''): Rule => rule(v, { tool: 'manage_services', action: 'create', client });
  it.each<[string, Rule[], Verdict]>([
    ['the tool beats the effect', [effect('deny'), tool('allow')], 'allow'],
    ['the action beats the tool', [tool('deny'), act('allow')], 'allow'],
    ['the action beats the effect', [effect('hide'), act('allow')], 'allow'],
    ['depth beats the client', [effect('allow', 'cursor'), tool('deny')], 'deny'],
    ['a refusal at equal depth beats an allow of the client', [tool('deny'), tool('allow', 'cursor')], 'deny'],
    ['the client beats the connection at equal depth', [tool('allow'), tool('ask', 'cursor')], 'ask'],
    ['the grant of another client does not count', [tool('allow', 'claude-code')], 'ask'],
    ['an elapsed one does not count', [{ ...act('allow'), until: '2026-11-21T09:59:59.999Z' }], 'ask'],
    ['one that still runs does', [{ ...act('allow'), until: '2026-11-21T10:00:00.001Z' }], 'allow'],
  ])('%s', (_title, rules, expected) => {
    expect(verdict(write, policy({ rules }))).toBe(expected);
    expect(verdict(write, policy({ rules: rules.toReversed() }))).toBe(expected);
  });
  it('names the one that decided', () => {
    expect(decide('cursor', write, policy({ rules: [act('deny', 'cursor')] }), NOW).because).toBe(
      'grant: deny manage_services/create for cursor',
    );
  });
});

describe('a change widens', () => {
  const rights = (p: Partial<Policy>, actions = [action(), write, remove]) => ({ actions, policy: policy(p) });
  const wider = (a: Partial<Policy>, b: Partial<Policy>, clients = ['cursor', '']): boolean =>
    widens(rights(a), rights(b), clients, NOW);
  it('when anything is let through that was not', () => {
    expect(wider({}, { rules: [rule('allow', { effect: 'write' })] })).toBe(true);
    expect(wider({ rules: [rule('hide', { effect: 'read' })] }, {})).toBe(true);
    expect(wider({ readOnly: true }, {})).toBe(true);
    expect(wider({ rules: [rule('deny', { effect: 'write' })] }, { rules: [rule('ask', { effect: 'write' })] })).toBe(
      true,
    );
    expect(wider({}, { rules: [rule('allow', { effect: 'write', client: 'cursor' })] })).toBe(true);
  });
  it('not when it narrows, or changes nothing', () => {
    expect(wider({}, { rules: [rule('deny', { effect: 'read' })] })).toBe(false);
    expect(wider({}, { readOnly: true })).toBe(false);
    expect(wider({}, {})).toBe(false);
  });
  it('when an action is called less harmful than before', () => {
    const before = rights({}, [write]);
    const after = rights({}, [{ ...write, effect: 'read' }]);
    expect(widens(before, after, ['cursor'], NOW)).toBe(true);
    expect(widens(after, before, ['cursor'], NOW)).toBe(false);
  });
});
