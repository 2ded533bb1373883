import { GatehouseError, type GrantsPreviewView, type GrantsView, type ListCostView } from '../contract/index.ts';
import type { Parts } from '../parts.ts';
import {
  type Policy,
  type Preset,
  presetOf,
  type Rule,
  rulesOfPreset,
  standing,
  type Verdict,
  widens,
  wider,
} from '../policy/index.ts';
import type { Context, Handlers } from '../serve/index.ts';

type Part = Pick<Handlers, 'grants.show' | 'grants.set' | 'grants.preview' | 'grants.apply'>;

interface Change {
  readonly effect?: Rule['effect'] | undefined;
  readonly tool?: string | undefined;
  readonly action?: string | undefined;
  readonly verdict: Verdict | 'default';
}

/** Grants: shown, tried out, and changed; several at once stand or fall together. */
export function grantHandlers(parts: Parts): Part {
  const { connections, grants, audit } = parts;
  const time = (): string => parts.now().toISOString();
  const clients = (): string[] => ['', ...parts.keys.list().map(({ id }) => id)];

  /** What `tools/list` holds for a client under a policy: its size is what it costs the assistant. */
  const costOf = (uuid: string, client: string, policy: Policy): ListCostView => {
    const tools = parts.offerOf(uuid).tools(action => {
      const { verdict } = standing(client, action, policy, time());
      return verdict === 'allow' || verdict === 'ask';
    });
    return { client, tools: tools.length, bytes: tools.length === 0 ? 0 : Buffer.byteLength(JSON.stringify(tools)) };
  };

  const show = (uuid: string, client: string | undefined): GrantsView => {
    const policy = parts.policyOf(uuid);
    const known = new Set([...clients(), client ?? '']);
    return {
      id: connections.get(uuid).id,
      client: client ?? null,
      preset: presetOf(policy.rules, client ?? ''),
      costs: [...known].map(one => costOf(uuid, one, policy)),
      rules: policy.rules.filter(rule => client === undefined || rule.client === '' || rule.client === client),
      actions: parts.offerOf(uuid).actions.map(action => {
        const { verdict, because } = standing(client ?? '', action, policy, time());
        return {
          tool: action.tool,
          action: action.action,
          effect: action.effect,
          flags: action.flags,
          scopes: action.scopes ?? [],
          verdict,
          because,
        };
      }),
    };
  };

  const placeOf = (client: string | undefined, { effect, tool, action }: Omit<Change, 'verdict'>) => ({
    client: client ?? '',
    effect: effect ?? ('' as const),
    tool: tool ?? '',
    action: action ?? '',
  });

  const checkRule = (uuid: string, rule: Pick<Rule, 'effect' | 'tool' | 'action'>): void => {
    if ((rule.effect === '') === (rule.tool === ''))
      throw new GatehouseError(
        'GH_INVALID_INPUT',
        'A grant is for an effect or for a tool: give exactly one of the two.',
      );
    if (rule.action !== '' && rule.tool === '')
      throw new GatehouseError('GH_INVALID_INPUT', 'A grant for an action wants its tool too.');
    const { actions } = parts.offerOf(uuid);
    if (rule.tool !== '' && !actions.some(action => action.tool === rule.tool)) {
      throw new GatehouseError('GH_NOT_FOUND', `There is no tool "${rule.tool}" here.`, {
        hint: `Use one of: ${[...new Set(actions.map(({ tool }) => tool))].join(', ')}.`,
      });
    }
    const ofTool = actions.filter(action => action.tool === rule.tool);
    if (rule.action !== '' && !ofTool.some(action => action.action === rule.action)) {
      throw new GatehouseError('GH_NOT_FOUND', `${rule.tool} has no action "${rule.action}".`, {
        hint: `Use one of: ${ofTool.map(({ action }) => action).join(', ')}.`,
      });
    }
  };

  /** The rules as they would stand. A preset takes the place of all that was set for the client. */
  const changedRules = (
    uuid: string,
    client: string | undefined,
    preset: Preset | undefined,
    changes: readonly Change[],
  ): readonly Rule[] => {
    let { rules } = parts.policyOf(uuid);
    if (preset !== undefined)
      rules = [...rules.filter(rule => rule.client !== (client ?? '')), ...rulesOfPreset(preset, client ?? '')];
    for (const change of changes) {
      const place = placeOf(client, change);
      // Taking away a grant of a tool that is no longer offered must stay possible.
      if (change.verdict !== 'default') checkRule(uuid, place);
      rules = rules.filter(rule => !samePlace(rule, place));
      if (change.verdict !== 'default') rules = [...rules, { ...place, verdict: change.verdict, until: null }];
    }
    return rules;
  };

  const apply = (
    uuid: string,
    client: string | undefined,
    next: readonly Rule[],
    context: Context,
    code: string | undefined,
  ): GrantsView => {
    const { id } = connections.get(uuid);
    const before = parts.policyOf(uuid);
    const { actions } = parts.offerOf(uuid);
    const after: Policy = { ...before, rules: next };
    const widened = widens(
      { actions, policy: before },
      { actions, policy: after },
      [...clients(), client ?? ''],
      time(),
    );
    const approver = widened
      ? parts.requirePerson(context, code, `widen what assistants may do with ${id}`)
      : context.door;
    const record = (place: ReturnType<typeof placeOf>, decision: string): void =>
      void audit.append(
        {
          kind: 'grant-changed',
          connection: id,
          connectionUuid: uuid,
          door: context.door,
          approver,
          decision,
          details: place,
        },
        'durable',
      );
    for (const { client: who, effect, tool, action } of before.rules.filter(
      rule => !next.some(one => samePlace(one, rule)),
    )) {
      grants.unset(uuid, { client: who, effect, tool, action });
      record({ client: who, effect, tool, action }, 'default');
    }
    for (const rule of next) {
      if (before.rules.some(one => samePlace(one, rule) && one.verdict === rule.verdict && one.until === rule.until))
        continue;
      grants.set(uuid, rule);
      record(placeOf(rule.client, rule), rule.verdict);
    }
    parts.gateway.listsChanged(uuid, client);
    parts.emit({ type: 'connections' });
    return show(uuid, client);
  };

  return {
    'grants.show': ({ id, client }) => show(connections.get(id).uuid, client),
    'grants.set'({ id, client, code, ...change }, context) {
      const { uuid } = connections.get(id);
      checkRule(uuid, placeOf(client, change));
      return apply(uuid, client, changedRules(uuid, client, undefined, [change]), context, code);
    },
    'grants.apply'({ id, client, preset, changes, code }, context) {
      const { uuid } = connections.get(id);
      return apply(uuid, client, changedRules(uuid, client, preset, changes), context, code);
    },
    'grants.preview'({ id, client, preset, changes }): GrantsPreviewView {
      const { uuid } = connections.get(id);
      const before = parts.policyOf(uuid);
      const after: Policy = { ...before, rules: changedRules(uuid, client, preset, changes) };
      const { actions } = parts.offerOf(uuid);
      const who = client ?? '';
      return {
        widens: widens({ actions, policy: before }, { actions, policy: after }, [...clients(), who], time()),
        before: costOf(uuid, who, before),
        after: costOf(uuid, who, after),
        changes: actions.flatMap(action => {
          const old = standing(who, action, before, time());
          const now = standing(who, action, after, time());
          if (old.verdict === now.verdict) return [];
          const { tool, action: name, effect, flags } = action;
          const change = { tool, action: name, effect, flags, before: old.verdict, after: now.verdict };
          return [{ ...change, wider: wider(old.verdict, now.verdict), because: now.because }];
        }),
      };
    },
  };
}

function samePlace(
  a: Pick<Rule, 'client' | 'effect' | 'tool' | 'action'>,
  b: Pick<Rule, 'client' | 'effect' | 'tool' | 'action'>,
): boolean {
  return a.client === b.client && a.effect === b.effect && a.tool === b.tool && a.action === b.action;
}
