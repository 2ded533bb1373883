import type { Effect, Flag } from '../../mcp/kit/catalog.ts';

export type Verdict = 'allow' | 'ask' | 'deny' | 'hide';

/** An action as policy sees it. Effect and flags come from our catalogue or the user's classification, never from the wire. */
export interface PolicyAction {
  readonly tool: string;
  readonly action: string;
  readonly effect: Effect;
  readonly flags: readonly Flag[];
  /** Vendor scopes of which one suffices; `null`: none needed. */
  readonly scopes: readonly string[] | null;
}

/** A grant. Empty strings mean "any": of client, effect, tool or action. Exactly one of effect and tool is set. */
export interface Rule {
  readonly client: string;
  readonly effect: Effect | '';
  readonly tool: string;
  readonly action: string;
  readonly verdict: Verdict;
  /** ISO time after which the rule no longer counts; `null`: for good. */
  readonly until: string | null;
}

export interface Policy {
  readonly paused: boolean;
  readonly readOnly: boolean;
  /** What the vendor's credential may do; `null`: unknown until refused. */
  readonly scopes: readonly string[] | null;
  readonly rules: readonly Rule[];
  /** What the vendor refused this credential for good, as `tool/action`. */
  readonly refused?: ReadonlySet<string>;
}

export interface Decision {
  readonly verdict: Verdict;
  /** The rule that gave it, in words. */
  readonly because: string;
  readonly code: 'GH_PAUSED' | 'GH_SCOPE_MISSING' | 'GH_READ_ONLY' | 'GH_DENIED' | null;
}

const DEFAULTS: Readonly<Record<Effect, Verdict>> = { read: 'allow', write: 'ask', destructive: 'ask' };

/** The answer for one call (architecture §6). Pure: everything it depends on is an argument; `now` is an ISO time. */
export function decide(client: string, action: PolicyAction, policy: Policy, now: string): Decision {
  if (policy.paused) return { verdict: 'deny', because: 'everything is paused', code: 'GH_PAUSED' };
  return standing(client, action, policy, now);
}

/** The decision without the global pause: what lists show, since a pause is not a reason to forget a tool. */
export function standing(client: string, action: PolicyAction, policy: Policy, now: string): Decision {
  const { scopes } = action;
  if (scopes !== null && policy.scopes !== null && !scopes.some(scope => policy.scopes?.includes(scope))) {
    return { verdict: 'hide', because: `the credential has none of: ${scopes.join(', ')}`, code: 'GH_SCOPE_MISSING' };
  }
  if (policy.refused?.has(`${action.tool}/${action.action}`) === true) {
    return {
      verdict: 'hide',
      because: 'the vendor refused it: the role of this credential does not include it',
      code: 'GH_SCOPE_MISSING',
    };
  }
  if (policy.readOnly && action.effect !== 'read') {
    return { verdict: 'hide', because: 'the connection is read-only', code: 'GH_READ_ONLY' };
  }
  let rule: Rule | undefined;
  for (const candidate of policy.rules)
    if (applies(candidate, client, action, now) && (rule === undefined || beats(candidate, rule))) rule = candidate;
  const verdict = rule?.verdict ?? DEFAULTS[action.effect];
  const because = rule === undefined ? `default for ${action.effect}` : describeRule(rule);
  if (verdict === 'allow' && action.flags.length > 0) {
    return { verdict: 'ask', because: `${because}; but it is flagged ${action.flags.join(', ')}`, code: null };
  }
  return { verdict, because, code: verdict === 'deny' || verdict === 'hide' ? 'GH_DENIED' : null };
}

function applies(rule: Rule, client: string, action: PolicyAction, now: string): boolean {
  return (
    (rule.client === '' || rule.client === client) &&
    (rule.effect === '' || rule.effect === action.effect) &&
    (rule.tool === '' || rule.tool === action.tool) &&
    (rule.action === '' || rule.action === action.action) &&
    (rule.until === null || rule.until > now)
  );
}

/** Action over tool over effect; at equal depth a deny or hide beats any allow; then client before connection. */
function beats(one: Rule, other: Rule): boolean {
  if (depth(one) !== depth(other)) return depth(one) > depth(other);
  if (refuses(one) !== refuses(other)) return refuses(one);
  return one.client !== '' && other.client === '';
}

function refuses({ verdict }: Rule): boolean {
  return verdict === 'deny' || verdict === 'hide';
}

function depth(rule: Rule): number {
  if (rule.action !== '') return 2;
  return rule.tool === '' ? 0 : 1;
}

export function describeRule(rule: Rule): string {
  const what =
    rule.action !== '' ? `${rule.tool}/${rule.action}` : rule.tool !== '' ? rule.tool : `every ${rule.effect}`;
  const who = rule.client === '' ? 'any assistant' : rule.client;
  return `grant: ${rule.verdict} ${what} for ${who}${rule.until === null ? '' : ` until ${rule.until}`}`;
}

const LIBERTY: Readonly<Record<Verdict, number>> = { hide: 0, deny: 1, ask: 2, allow: 3 };

export function wider(before: Verdict, after: Verdict): boolean {
  return LIBERTY[after] > LIBERTY[before];
}

/** Actions and the policy over them, at one moment. */
export interface Rights {
  readonly actions: readonly PolicyAction[];
  readonly policy: Policy;
}

/** Whether any client could do more with `after` than with `before`: such a change wants a person (architecture §6). */
export function widens(before: Rights, after: Rights, clients: readonly string[], now: string): boolean {
  const earlier = new Map(before.actions.map(action => [`${action.tool}\n${action.action}`, action]));
  return clients.some(client =>
    after.actions.some(action => {
      const old = earlier.get(`${action.tool}\n${action.action}`);
      const had = old === undefined ? 0 : LIBERTY[standing(client, old, before.policy, now).verdict];
      return LIBERTY[standing(client, action, after.policy, now).verdict] > had;
    }),
  );
}
