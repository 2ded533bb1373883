import type { CatalogField } from '../../mcp/kit/catalog.ts';
import { type Connection, CUSTOM_SETTINGS, checkSettings } from '../connections/index.ts';
import { type ConnectionView, ERRORS, type FieldView, GatehouseError, invitationSchema } from '../contract/index.ts';
import type { Parts } from '../parts.ts';
import { widens } from '../policy/index.ts';
import type { Context, Handlers } from '../serve/index.ts';
import type { TakeOut } from './clients.ts';

type Part = Pick<
  Handlers,
  | 'backends.list'
  | 'catalog.get'
  | 'connections.list'
  | 'connections.add'
  | 'connections.demo'
  | 'connections.edit'
  | 'connections.test'
  | 'connections.restart'
  | 'connections.stop'
  | 'connections.logs'
  | 'connections.passOn'
  | 'connections.changes'
  | 'connections.acceptChanges'
  | 'connections.classify'
  | 'connections.remove'
>;

const CUSTOM = {
  title: 'Custom server',
  description: 'Any MCP server that speaks over stdio.',
  help: 'Secret values become environment variables of the server, and of it alone: give them under the names it wants.',
};

export function connectionHandlers(parts: Parts, takeOut: TakeOut): Part {
  const { connections, catalogs, pinned, vault, audit, fleet, gateway } = parts;

  const fieldsOf = (backend: string): readonly CatalogField[] =>
    backend === 'custom' ? CUSTOM_SETTINGS : catalogs.get(backend).settings;
  const clients = (): string[] => ['', ...parts.keys.list().map(({ id }) => id)];
  const changed = (): void => parts.emit({ type: 'connections' });

  const checkSecrets = (backend: string, secrets: Readonly<Record<string, string>>, complete: boolean): void => {
    if (backend === 'custom') {
      const bad = Object.keys(secrets).find(name => !/^[A-Za-z_][A-Za-z0-9_]*$/.test(name));
      if (bad !== undefined)
        throw new GatehouseError('GH_INVALID_INPUT', `"${bad}" cannot be the name of an environment variable.`);
      return;
    }
    const { credentials: fields, browserSignIn } = catalogs.get(backend);
    const unknown = Object.keys(secrets).find(name => !fields.some(field => field.name === name));
    if (unknown !== undefined)
      throw new GatehouseError('GH_INVALID_INPUT', `"${unknown}" is not a credential here.`, {
        hint: `Use: ${fields.map(({ name }) => name).join(', ')}.`,
      });
    const missing =
      complete && !browserSignIn ? fields.find(field => field.required && !secrets[field.name]) : undefined;
    if (missing !== undefined)
      throw new GatehouseError('GH_INVALID_INPUT', `"${missing.name}" is needed: ${missing.description}`, {
        hint: 'Give it by prompt or --secrets-stdin.',
      });
    const empty = Object.entries(secrets).find(([, value]) => value === '');
    if (empty !== undefined) throw new GatehouseError('GH_INVALID_INPUT', `"${empty[0]}" is empty.`);
  };

  const view = (connection: Connection): ConnectionView => {
    const member = fleet.of(connection.uuid);
    const offer = parts.offerOf(connection.uuid);
    const { state, reason, hint, code } = stateOf(connection);
    return {
      id: connection.id,
      uuid: connection.uuid,
      backend: connection.backend,
      name: connection.name,
      title: offer.title,
      state,
      reason,
      hint,
      code,
      identity: connection.identity,
      scopes: connection.scopes ?? [],
      scopesKnown: connection.scopes !== null,
      demo: connection.demo,
      readOnly: connection.readOnly,
      presentation: connection.presentation,
      settings: connection.settings,
      secretFields: vault.secretFields(connection.uuid),
      tools: offer.actions.length,
      heldChanges: heldChanges(connection),
      pid: member.server.pid ?? null,
      openCalls: member.upstream.openCalls.length,
      health: member.health ?? null,
    };
  };

  const noteSecrets = (connection: Connection, secrets: Readonly<Record<string, string>>, context: Context): void => {
    const names = Object.keys(secrets);
    if (names.length === 0) return;
    audit.append(
      {
        kind: 'secret-set',
        connection: connection.id,
        connectionUuid: connection.uuid,
        door: context.door,
        details: { fields: names },
      },
      'durable',
    );
  };

  const heldChanges = (connection: Connection): number =>
    pinned.get(connection.uuid) === undefined ? 0 : pinned.changes(connection.uuid).length;

  const stateOf = (connection: Connection): Pick<ConnectionView, 'state' | 'reason' | 'hint' | 'code'> => {
    const { server, signIn } = fleet.of(connection.uuid);
    const needs = (code: keyof typeof ERRORS, reason: string) => ({
      state: 'attention' as const,
      reason,
      hint: ERRORS[code].hint,
      code,
    });
    if (server.state === 'crash-loop')
      return needs('GH_SERVER_CRASH_LOOP', `The server keeps ending by itself: ${server.reason}.`);
    if (signIn?.ok === false)
      return { state: 'attention', reason: signIn.message, hint: signIn.hint, code: signIn.code };
    if (heldChanges(connection) > 0)
      return needs('GH_DEFINITION_HELD', 'The server offers other tools than those you accepted.');
    return { state: server.state, reason: '', hint: '', code: '' };
  };

  return {
    'backends.list': () => [
      ...catalogs.list().map(name => {
        const catalog = catalogs.get(name);
        return {
          backend: name,
          title: catalog.title,
          description: catalog.description,
          tools: catalog.tools.length,
          actions: catalog.tools.reduce((sum, tool) => sum + tool.actions.length, 0),
          credentialHelp: catalog.credentialHelp,
          setup: catalog.setup,
          firstQuestions: catalog.firstQuestions,
          scopes: catalog.scopes,
          settings: catalog.settings.map(fieldView),
          credentials: catalog.credentials.map(field =>
            fieldView(catalog.browserSignIn ? { ...field, required: false } : field),
          ),
        };
      }),
      {
        backend: 'custom',
        title: CUSTOM.title,
        description: CUSTOM.description,
        tools: 0,
        actions: 0,
        credentialHelp: CUSTOM.help,
        setup: [],
        firstQuestions: [],
        scopes: [],
        settings: CUSTOM_SETTINGS.map(fieldView),
        credentials: [],
      },
    ],
    'catalog.get': ({ backend }) => catalogs.get(backend),
    'connections.list': () => connections.list().map(view),

    'connections.add'(input, context) {
      const settings = checkSettings(fieldsOf(input.backend), input.settings);
      checkSecrets(input.backend, input.secrets, true);
      if (Object.keys(input.secrets).length > 0) vault.key('check');
      const presentation =
        input.presentation ??
        (input.backend === 'custom' ? 'grouped' : catalogs.get(input.backend).defaultPresentation);
      const connection = connections.add({
        backend: input.backend,
        name: input.name,
        settings,
        readOnly: input.readOnly,
        presentation,
        demo: false,
      });
      vault.setSecrets(connection.uuid, input.secrets);
      audit.append(
        {
          kind: 'connection-added',
          connection: connection.id,
          connectionUuid: connection.uuid,
          door: context.door,
          details: { settings, readOnly: input.readOnly },
        },
        'durable',
      );
      noteSecrets(connection, input.secrets, context);
      changed();
      return view(connection);
    },

    async 'connections.demo'({ backend }, context) {
      const { defaultPresentation } = catalogs.get(backend);
      vault.key('check');
      const sandbox = await parts.demonstrations.begin(backend);
      const added: ConnectionView[] = [];
      try {
        for (const { name, settings, secrets } of sandbox.customers) {
          const connection = connections.add({
            backend,
            name,
            settings,
            readOnly: false,
            presentation: defaultPresentation,
            demo: true,
          });
          sandbox.keepFor(connection.uuid);
          vault.setSecrets(connection.uuid, secrets);
          audit.append(
            {
              kind: 'connection-added',
              connection: connection.id,
              connectionUuid: connection.uuid,
              door: context.door,
              demo: true,
            },
            'durable',
          );
          added.push(view(connection));
        }
        changed();
        return added;
      } catch (error) {
        for (const { id } of added) connections.remove(connections.get(id).uuid);
        sandbox.end();
        throw error;
      }
    },

    async 'connections.edit'(input, context) {
      const before = connections.get(input.id);
      const fields = fieldsOf(before.backend);
      const settings =
        input.settings === undefined
          ? before.settings
          : checkSettings(fields, { ...before.settings, ...input.settings });
      if (input.secrets !== undefined) checkSecrets(before.backend, input.secrets, false);
      if (before.readOnly && input.readOnly === false)
        parts.requirePerson(context, input.code, `switch off read-only of ${before.id}`);
      // Secrets belong to the place they were typed for (architecture §4).
      const moved = fields.some(
        field => field.namesHost === true && settings[field.name] !== before.settings[field.name],
      );
      const runsOther = before.backend === 'custom' && JSON.stringify(settings) !== JSON.stringify(before.settings);
      if (moved || runsOther) vault.removeSecrets(before.uuid);
      if (input.removeSecrets !== undefined) vault.removeSecrets(before.uuid, input.removeSecrets);
      if (input.secrets !== undefined) vault.setSecrets(before.uuid, input.secrets);
      const after = connections.change(before.uuid, {
        settings,
        ...(input.name === undefined ? {} : { name: input.name }),
        ...(input.readOnly === undefined ? {} : { readOnly: input.readOnly }),
        ...(input.presentation === undefined ? {} : { presentation: input.presentation }),
        ...(moved || input.secrets !== undefined ? { identity: null, scopes: null } : {}),
      });
      if (input.secrets !== undefined) noteSecrets(after, input.secrets, context);
      audit.append(
        {
          kind: 'connection-changed',
          connection: after.id,
          connectionUuid: after.uuid,
          door: context.door,
          details: {
            name: after.name,
            settings,
            readOnly: after.readOnly,
            presentation: after.presentation,
            secretsDropped: moved || runsOther,
          },
        },
        'durable',
      );
      await fleet.stop(after.uuid);
      gateway.listsChanged(after.uuid);
      changed();
      return view(after);
    },

    async 'connections.test'({ id }) {
      const connection = connections.get(id);
      const outcome = await fleet.test(connection.uuid);
      if (!outcome.ok)
        return {
          ok: false,
          identity: null,
          scopes: [],
          code: outcome.code,
          message: outcome.message,
          hint: outcome.hint,
        };
      return { ok: true, identity: outcome.identity, scopes: outcome.scopes ?? [] };
    },
    async 'connections.restart'({ id }) {
      const connection = connections.get(id);
      await fleet.restart(connection.uuid);
      return view(connections.get(connection.uuid));
    },
    async 'connections.stop'({ id }) {
      const connection = connections.get(id);
      await fleet.stop(connection.uuid);
      return view(connection);
    },
    'connections.logs': ({ id, lines }) => fleet.of(connections.get(id).uuid).log.tail(lines),

    'connections.changes': ({ id }) => pinned.changes(connections.get(id).uuid),
    'connections.acceptChanges'({ id, code }, context) {
      const connection = connections.get(id);
      const changes = pinned.changes(connection.uuid);
      if (changes.length > 0)
        parts.requirePerson(context, code, `accept ${changes.length} changed definitions of ${connection.id}`);
      pinned.accept(connection.uuid);
      audit.append(
        {
          kind: 'definitions-changed',
          connection: connection.id,
          connectionUuid: connection.uuid,
          door: context.door,
          decision: 'accepted',
          details: changes.map(({ list, name, change }) => ({ list, name, change })),
        },
        'durable',
      );
      gateway.listsChanged(connection.uuid);
      changed();
      return view(connection);
    },
    'connections.classify'({ id, tool, effect, code }, context) {
      const connection = connections.get(id);
      if (connection.backend !== 'custom')
        throw new GatehouseError(
          'GH_INVALID_INPUT',
          'Only tools of custom servers are classified; ours have their effects in the catalogue.',
        );
      const policy = parts.policyOf(connection.uuid);
      const before = parts.offerOf(connection.uuid).actions;
      const after = before.map(action => (action.tool === tool ? { ...action, effect } : action));
      if (widens({ actions: before, policy }, { actions: after, policy }, clients(), parts.now().toISOString())) {
        parts.requirePerson(context, code, `classify ${tool} of ${connection.id} as ${effect}`);
      }
      pinned.classify(connection.uuid, tool, effect);
      audit.append(
        {
          kind: 'classification',
          connection: connection.id,
          connectionUuid: connection.uuid,
          tool,
          effect,
          door: context.door,
        },
        'durable',
      );
      gateway.listsChanged(connection.uuid);
      changed();
      return view(connection);
    },
    'connections.passOn'({ id }) {
      const { backend, name, settings, readOnly, demo } = connections.get(id);
      if (backend === 'custom' || demo)
        throw new GatehouseError(
          'GH_INVALID_INPUT',
          backend === 'custom'
            ? 'A custom server names a program to run: such a thing is not passed on.'
            : 'A demonstration lives on this computer alone.',
          { hint: 'Pass on a connection to a real account.' },
        );
      // A folder is one of this computer, and may name its user.
      const folders = new Set(fieldsOf(backend).flatMap(field => (field.kind === 'folder' ? [field.name] : [])));
      const shared = Object.fromEntries(Object.entries(settings).filter(([setting]) => !folders.has(setting)));
      const connection = { backend, name, settings: shared, readOnly };
      const invitation = invitationSchema.parse({ gatehouse: 1, connections: [connection] });
      return { name: `${backend}-${name}.gatehouse`, text: `${JSON.stringify(invitation, null, 2)}\n` };
    },
    async 'connections.remove'({ id }, context) {
      const connection = connections.get(id);
      const retires = connection.backend !== 'custom' && catalogs.get(connection.backend).retires === true;
      const retired = retires ? await fleet.retire(connection.uuid) : undefined;
      const entries = await takeOut(connection.uuid, context);
      await fleet.forget(connection.uuid);
      parts.demonstrations.end(connection.uuid);
      connections.remove(connection.uuid);
      audit.append(
        {
          kind: 'connection-removed',
          connection: connection.id,
          connectionUuid: connection.uuid,
          door: context.door,
          ...(retired === undefined ? {} : { details: { credentialTakenBack: retired } }),
        },
        'durable',
      );
      for (const session of gateway.sessions()) if (session.connection === connection.uuid) gateway.close(session);
      changed();
      return { removed: connection.id, ...entries };
    },
  };
}

function fieldView(field: CatalogField): FieldView {
  const { name, title, description, kind, required, choices, namesHost } = field;
  return {
    name,
    title,
    description,
    kind,
    required,
    ...(field.default === undefined ? {} : { default: field.default }),
    ...(choices === undefined ? {} : { choices }),
    ...(namesHost === undefined ? {} : { namesHost }),
  };
}
