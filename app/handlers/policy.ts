import { type ApprovalView, GatehouseError, type GrantsView } from '../contract/index.ts';
import type { Parts } from '../parts.ts';
import { type Approval, type Policy, type Rule, standing, widens } from '../policy/index.ts';
import type { Handlers } from '../serve/index.ts';

type Part = Pick<
  Handlers,
  | 'grants.show'
  | 'grants.set'
  | 'pause'
  | 'resume'
  | 'approvals.list'
  | 'approvals.allow'
  | 'approvals.deny'
  | 'code.current'
>;

export function policyHandlers(parts: Parts): Part {
  const { connections, grants, approvals, audit, settings } = parts;

  const show = (uuid: string, client: string | undefined): GrantsView => {
    const policy = parts.policyOf(uuid);
    const now = parts.now().toISOString();
    return {
      id: connections.get(uuid).id,
      client: client ?? null,
      rules: policy.rules.filter(rule => client === undefined || rule.client === '' || rule.client === client),
      actions: parts.offerOf(uuid).actions.map(action => {
        const { verdict, because } = standing(client ?? '', action, policy, now);
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

  const pause = (paused: boolean, door: string, approver: string): { readonly paused: boolean } => {
    settings.set('paused', paused);
    audit.append({ kind: paused ? 'paused' : 'resumed', door, approver }, 'durable');
    parts.emit({ type: 'paused', paused });
    return { paused };
  };

  return {
    'grants.show': ({ id, client }) => show(connections.get(id).uuid, client),
    'grants.set'(input, context) {
      const { uuid, id } = connections.get(input.id);
      const place = {
        client: input.client ?? '',
        effect: input.effect ?? ('' as const),
        tool: input.tool ?? '',
        action: input.action ?? '',
      };
      checkRule(uuid, place);
      const before = parts.policyOf(uuid);
      const others = before.rules.filter(rule => !samePlace(rule, place));
      const rule: Rule | undefined =
        input.verdict === 'default' ? undefined : { ...place, verdict: input.verdict, until: null };
      const after: Policy = { ...before, rules: rule === undefined ? others : [...others, rule] };
      const { actions } = parts.offerOf(uuid);
      const clients = ['', place.client, ...parts.keys.list().map(client => client.id)];
      let approver = context.door;
      if (widens({ actions, policy: before }, { actions, policy: after }, clients, parts.now().toISOString())) {
        approver = parts.requirePerson(
          context,
          input.code,
          `widen what assistants may do with ${id}`,
        ) as typeof approver;
      }
      if (rule === undefined) grants.unset(uuid, place);
      else grants.set(uuid, rule);
      audit.append(
        {
          kind: 'grant-changed',
          connection: id,
          connectionUuid: uuid,
          door: context.door,
          approver,
          decision: input.verdict,
          details: place,
        },
        'durable',
      );
      parts.gateway.listsChanged(uuid, input.client);
      parts.emit({ type: 'connections' });
      return show(uuid, input.client);
    },
    pause: (_input, context) => pause(true, context.door, context.door),
    resume: ({ code }, context) => pause(false, context.door, parts.requirePerson(context, code, 'resume')),

    'approvals.list': () => approvals.list().map(approvalView),
    'approvals.allow'({ id, minutes, code }, context) {
      const waiting = approvals.list().find(approval => approval.id === id);
      if (waiting === undefined) throw new GatehouseError('GH_APPROVAL_GONE', `No call waits under "${id}".`);
      const approver = parts.requirePerson(
        context,
        code,
        `allow ${waiting.tool}/${waiting.action} on ${waiting.connection}`,
      );
      if (minutes !== undefined && (waiting.effect === 'destructive' || waiting.flags.length > 0)) {
        throw new GatehouseError('GH_INVALID_INPUT', 'A destructive or flagged action is allowed one call at a time.');
      }
      const until =
        minutes === undefined ? {} : { until: new Date(parts.now().getTime() + minutes * 60_000).toISOString() };
      return approvalView(approvals.answer(id, { verdict: 'allow', approver, ...until }));
    },
    'approvals.deny': ({ id, reason }, context) =>
      approvalView(approvals.answer(id, { verdict: 'deny', approver: context.door, reason })),
    'code.current'(_input, context) {
      if (context.door !== 'window')
        throw new GatehouseError('GH_CODE_NEEDED', 'The code is shown in the window only.');
      return parts.codes.current();
    },
  };
}

function samePlace(
  a: Pick<Rule, 'client' | 'effect' | 'tool' | 'action'>,
  b: Pick<Rule, 'client' | 'effect' | 'tool' | 'action'>,
): boolean {
  return a.client === b.client && a.effect === b.effect && a.tool === b.tool && a.action === b.action;
}

export function approvalView(approval: Approval): ApprovalView {
  const { connectionUuid: _uuid, ...view } = approval;
  return view;
}
