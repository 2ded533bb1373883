import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command, CommanderError, Option } from 'commander';
import { createCatalogs } from '../connections/index.ts';
import {
  type CallHost,
  type ClientChangeView,
  type ConnectionView,
  GatehouseError,
  type GrantsPreviewView,
  type GrantsView,
  type StatsView,
} from '../contract/index.ts';
import { examine } from '../doctor.ts';
import { findRuntime, type Runtime } from '../runtime.ts';
import { homeFolder, pathsOf } from '../storage/index.ts';
import { VERSION } from '../version.ts';
import { connectHost, type HostLine } from './connect.ts';
import { followLog } from './follow.ts';
import { createOutput, type Output, printError, prompt, readStdin } from './output.ts';
import { restore } from './restore.ts';

type Options = Readonly<Record<string, unknown>>;

/** Runs one command line and returns its exit status: 0 done, 1 failed, 2 wrong usage. */
export async function runCommand(argv: readonly string[], from: string): Promise<number> {
  const runtime = findRuntime(VERSION, from);
  const json = argv.includes('--json');
  try {
    await buildProgram(runtime).parseAsync([...argv]);
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      if (json)
        process.stderr.write(
          `${JSON.stringify({ error: new GatehouseError('GH_USAGE', error.message.replace(/^error: /, '')) })}\n`,
        );
      return 2;
    }
    return printError(error, json);
  }
}

function buildProgram(runtime: Runtime): Command {
  const program = new Command('gatehouse')
    .description(
      'Local MCP servers for infrastructure: keys in the keychain, scopes and approvals in your hand, a history that cannot be quietly altered.',
    )
    .version(VERSION)
    .option('--json', 'machine-readable output')
    .option('--home <folder>', 'another home than GATEHOUSE_HOME or the usual one')
    .exitOverride()
    .configureOutput({ writeErr: text => void (program.opts().json === true || process.stderr.write(text)) })
    .showHelpAfterError('Run with --help to see what is possible.');

  const home = (): string => String(program.opts().home ?? homeFolder());
  const output = (): Output => createOutput(program.opts().json === true);
  const withHost = async (
    work: (call: CallHost, out: Output, line: HostLine) => Promise<void>,
    start = true,
  ): Promise<void> => {
    const out = output();
    const line = await connectHost(home(), runtime.cli, {
      start,
      onProgress: (done, total) =>
        out.json || process.stderr.write(`\r${done}${total === null ? '' : ` of ${total}`}   `),
    });
    try {
      await work(line.call, out, line);
    } finally {
      line.close();
    }
  };
  const sub = (parent: Command, usage: string, description: string): Command =>
    parent
      .command(usage)
      .description(description)
      .addOption(new Option('--json').hideHelp())
      .exitOverride()
      .configureOutput(program.configureOutput());
  const group = (name: string, description: string): Command => sub(program, name, description);
  program.hook('preAction', (_top, action) => {
    if (action.opts().json === true) program.setOptionValue('json', true);
  });
  const code = ['--code <code>', 'the one-time code that the window shows'] as const;

  // --- the host ----------------------------------------------------------------------------------------------------
  sub(program, 'serve', 'run the host without Electron and print the address of its window')
    .option('--port <number>', 'port on 127.0.0.1; a free one unless told', Number, 0)
    .option('--demo', 'a temporary home with the made-up data of a sandbox')
    .option('--no-open', 'do not open a browser')
    .option('--approve-from-cli', 'let the command line approve calls (for machines without a person)')
    .action(async (options: Options) => {
      const { serve } = await import('./serve.ts');
      await serve(
        home(),
        runtime,
        {
          port: Number(options.port),
          demo: options.demo === true,
          open: options.open !== false,
          approveFromCli: options.approveFromCli === true,
        },
        output(),
      );
    });
  sub(program, 'stop', 'end the running host with all its children').action(async () => {
    const out = output();
    try {
      const line = await connectHost(home(), runtime.cli, { start: false });
      const { pid } = await line.call('status', {});
      await line.call('host.stop', {});
      await line.closed;
      await waitUntilGone(home(), pid);
      out.value({ stopped: true }, () => 'Stopped.');
    } catch (error) {
      if (!(error instanceof GatehouseError) || error.code !== 'GH_HOST_DOWN') throw error;
      out.value({ stopped: false }, () => 'No host was running.');
    }
  });
  sub(program, 'status', 'what runs, since when, on what').action(async () => {
    const out = output();
    try {
      const line = await connectHost(home(), runtime.cli, { start: false });
      const status = await line.call('status', {});
      line.close();
      out.value({ running: true, ...status }, told =>
        [
          `Gatehouse ${told.version} runs since ${told.startedAt} (pid ${told.pid}) on ${told.home}${told.demo ? ', as a demonstration' : ''}.`,
          `${told.paused ? 'Everything is paused. ' : ''}${told.sessions} assistants' sessions, ${told.waitingApprovals} calls wait for you, ${told.historyEnd} entries in the history.`,
          told.vault.state === 'open'
            ? `Vault: ${told.vault.kind}, open, ${told.vault.secrets} credentials.`
            : `Vault: ${told.vault.message} ${told.vault.hint}`,
          ...(told.approveFromCli ? ['Approving from the command line is allowed.'] : []),
        ].join('\n'),
      );
    } catch (error) {
      if (!(error instanceof GatehouseError) || error.code !== 'GH_HOST_DOWN') throw error;
      out.value(
        { running: false, home: home() },
        () => 'No host is running. It starts by itself when an assistant or a command needs it.',
      );
    }
  });
  sub(program, 'stdio <connection>', 'the bridge that assistants start')
    .option('--client <id>', 'the assistant')
    .action(async (connection: string, options: Options) => {
      const { runBridge } = await import('../bridge.ts');
      const client = options.client === undefined ? [] : ['--client', String(options.client)];
      await runBridge([connection, ...client, '--home', home()], runtime.cli);
    });
  sub(
    program,
    'mcp <backend> [task] [name]',
    'one server on its own, or a task on its database; settings from the environment',
  )
    .addOption(
      new Option('--transport <kind>', "how it speaks; the backend's own way, mostly stdio, unless told").choices([
        'stdio',
        'streamable-http',
        'sse',
      ]),
    )
    .option('--host <address>', 'for HTTP', '127.0.0.1')
    .option('--port <number>', "for HTTP; the backend's own, mostly 8000, unless told", Number)
    .option('--read-only', 'only read actions')
    .addOption(
      new Option('--log-level <level>').choices([
        'debug',
        'info',
        'warn',
        'error',
        'DEBUG',
        'INFO',
        'WARNING',
        'ERROR',
      ]),
    )
    .action(async (backend: string, task: string | undefined, name: string | undefined, options: Options) => {
      const { runStandalone, runTask } = await import('../../mcp/index.ts');
      if (task !== undefined) return output().value(await runTask(backend, task, name), ({ sentence }) => sentence);
      await runStandalone(backend, {
        ...(options.transport === undefined
          ? {}
          : { transport: options.transport as 'stdio' | 'streamable-http' | 'sse' }),
        host: String(options.host),
        ...(options.port === undefined ? {} : { port: Number(options.port) }),
        stateFolder: home(),
        ...(options.readOnly === true ? { readOnly: true } : {}),
        ...(options.logLevel === undefined ? {} : { logLevel: logLevelOf(String(options.logLevel)) }),
      });
    });
  sub(program, 'sandbox <backend>', "a local stand-in of the vendor's API, with working credentials")
    .option('--port <number>', 'port on 127.0.0.1; a free one unless told', Number, 0)
    .addOption(new Option('--until-stdin-ends').hideHelp())
    .action(async (backend: string, options: Options) => {
      const { sandboxes } = await import('../../mcp/index.ts');
      const load = sandboxes[backend];
      if (load === undefined)
        throw new GatehouseError('GH_NOT_FOUND', `There is no sandbox for "${backend}".`, {
          hint: `Use one of: ${Object.keys(sandboxes).join(', ')}.`,
        });
      const { startSandbox, startDemonstration = startSandbox } = await load();
      // The child of a demonstration is told to end with its parent.
      const start = options.untilStdinEnds === true ? startDemonstration : startSandbox;
      const sandbox = await start({ port: Number(options.port) });
      output().value({ url: sandbox.url, credentials: sandbox.credentials }, told =>
        [
          `Sandbox of ${backend}: ${told.url} (made-up data; nothing leaves this machine)`,
          ...told.credentials.map(
            given =>
              `\n${given.label}\n  settings ${JSON.stringify(given.settings)}\n  secrets  ${JSON.stringify(given.secrets)}`,
          ),
          '\nCtrl-C ends it.',
        ].join('\n'),
      );
      if (options.untilStdinEnds === true) process.stdin.on('end', () => process.exit(0)).resume();
      await new Promise<void>(done => {
        for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done());
      });
      await sandbox.close();
      process.stdin.destroy();
    });
  sub(program, 'backends', 'what we ship').action(() => {
    const catalogs = createCatalogs(runtime.catalogs);
    const rows = catalogs.list().map(name => catalogs.get(name));
    output().table(
      rows.map(({ backend, title, tools, scopes }) => ({
        backend,
        title,
        tools: tools.length,
        actions: tools.reduce((sum, tool) => sum + tool.actions.length, 0),
        scopes: scopes.map(scope => scope.name),
      })),
      {
        backend: row => row.backend,
        title: row => row.title,
        tools: row => String(row.tools),
        actions: row => String(row.actions),
        scopes: row => row.scopes.join(' '),
      },
      'No backend is built in.',
    );
  });
  sub(program, 'catalog [backend]', 'tools, actions, effects, scopes').action((backend: string | undefined) => {
    const catalogs = createCatalogs(runtime.catalogs);
    const told = (backend === undefined ? catalogs.list() : [backend]).map(name => {
      const { tools, prompts, resources } = catalogs.get(name);
      return {
        backend: name,
        tools: tools.map(tool => ({
          name: tool.name,
          title: tool.title,
          actions: tool.actions.map(action => ({
            name: action.name,
            effect: action.effect,
            flags: action.flags,
            scopes: action.scopes ?? [],
            description: action.description,
          })),
        })),
        prompts: prompts.map(prompt => ({ name: prompt.name, description: prompt.description })),
        resources: resources.map(resource => ({ uri: resource.uri, description: resource.description })),
      };
    });
    output().value(backend === undefined ? told : (told[0] ?? {}), () =>
      told
        .map(one =>
          [
            one.backend,
            ...one.tools.flatMap(tool => [
              `  ${tool.name}`,
              ...tool.actions.map(
                action =>
                  `    ${action.effect.padEnd(11)} ${action.name}${action.flags.length > 0 ? ` (${action.flags.join(', ')})` : ''}`,
              ),
            ]),
          ].join('\n'),
        )
        .join('\n\n'),
    );
  });
  sub(program, 'doctor', 'what works on this machine and what does not, each with its remedy')
    .option('--report', 'as text to show to others, without names and addresses')
    .action(async (options: Options) => {
      const out = output();
      const line = await connectHost(home(), runtime.cli, { start: false }).catch(() => undefined);
      try {
        if (options.report === true) {
          if (line === undefined)
            throw new GatehouseError('GH_HOST_DOWN', 'The report is made by the host, and none is running.');
          return out.value(await line.call('doctor.report', {}), told => told.text);
        }
        const checks =
          line === undefined ? examine(runtime, pathsOf(home()), { running: false }) : await line.call('doctor', {});
        out.value(checks, told =>
          told
            .map(
              ({ name, ok, says, remedy }) =>
                `${ok ? 'ok  ' : 'BAD '} ${name.padEnd(9)} ${says}${remedy === '' ? '' : `\n     → ${remedy}`}`,
            )
            .join('\n'),
        );
        if (checks.some(({ ok }) => !ok)) throw new GatehouseError('GH_DOCTOR', 'Something needs attention.');
      } finally {
        line?.close();
      }
    });

  // --- connections -------------------------------------------------------------------------------------------------
  const connections = group('connections', 'accounts: add, edit, test, remove');
  sub(connections, 'list', 'all of them').action(() =>
    withHost(async (call, out) => {
      out.table(
        await call('connections.list', {}),
        {
          connection: row => row.id,
          state: stateText,
          'signed in as': row => row.identity ?? '',
          scopes: row => row.scopes.join(' '),
          'circuit breaker': row => row.health?.breaker ?? '',
          '': row => (row.demo ? 'DEMONSTRATION' : ''),
        },
        'None yet. Add one with: gatehouse connections add dpod --name acme',
      );
    }),
  );
  sub(connections, 'add <backend>', 'a new account; its secrets by prompt or as JSON on stdin')
    .requiredOption('--name <name>', 'short, of a-z, 0-9 and hyphens')
    .option('--set <key=value...>', 'a setting')
    .option('--secrets-stdin', 'read the secrets as one JSON object from stdin')
    .option('--read-only', 'only read actions, for everybody')
    .addOption(
      new Option('--presentation <kind>', 'few tools with actions, or one tool per action').choices([
        'grouped',
        'flat',
      ]),
    )
    .action((backend: string, options: Options) =>
      withHost(async (call, out) => {
        const settings = pairs(options.set);
        if (backend === 'custom' && settings.command !== undefined)
          out.note(`Gatehouse will run, with your rights: ${[settings.command, settings.args ?? ''].join(' ')}`);
        const added = await call('connections.add', {
          backend,
          name: String(options.name),
          settings,
          secrets: await secretsFor(call, backend, options.secretsStdin === true),
          readOnly: options.readOnly === true,
          ...(options.presentation === undefined ? {} : { presentation: options.presentation as 'grouped' | 'flat' }),
        });
        out.value(added, view => `${view.id} is added. Test it with: gatehouse connections test ${view.id}`);
      }),
    );
  sub(connections, 'demo <backend>', 'a connection to made-up data, to try things with').action((backend: string) =>
    withHost(async (call, out) =>
      out.value(await call('connections.demo', { backend }), views =>
        views.map(({ id }) => `${id} is added: a demonstration. Nothing in it is real.`).join('\n'),
      ),
    ),
  );
  sub(connections, 'edit <id>', 'another name, setting or secret')
    .option('--name <name>', 'a new name')
    .option('--set <key=value...>', 'a setting')
    .option('--secrets-stdin', 'read secrets to set or replace as one JSON object from stdin')
    .option('--remove-secret <field...>', 'forget a secret')
    .option('--read-only <yes|no>', 'only read actions, for everybody')
    .addOption(new Option('--presentation <kind>').choices(['grouped', 'flat']))
    .option(...code)
    .action((id: string, options: Options) =>
      withHost(async (call, out) => {
        const edited = await call('connections.edit', {
          id,
          ...(options.name === undefined ? {} : { name: String(options.name) }),
          ...(options.set === undefined ? {} : { settings: pairs(options.set) }),
          ...(options.secretsStdin === true ? { secrets: parseSecrets(await readStdin()) } : {}),
          ...(options.removeSecret === undefined ? {} : { removeSecrets: options.removeSecret as string[] }),
          ...(options.readOnly === undefined
            ? {}
            : { readOnly: options.readOnly === 'yes' || options.readOnly === 'true' }),
          ...(options.presentation === undefined ? {} : { presentation: options.presentation as 'grouped' | 'flat' }),
          ...codeOf(options),
        });
        out.value(
          edited,
          view =>
            `${view.id} is changed.${view.secretFields.length === 0 && view.backend !== 'custom' ? ' Its secrets belong to the former address: type them again with --secrets-stdin.' : ''}`,
        );
      }),
    );
  sub(connections, 'test <id>', 'start the server and sign in at the vendor').action((id: string) =>
    withHost(async (call, out) => {
      const tested = await call('connections.test', { id });
      if (!tested.ok) {
        if (out.json) out.line(JSON.stringify(tested));
        throw new GatehouseError('GH_TEST_FAILED', `${id}: ${tested.message ?? ''} [${tested.code ?? ''}]`, {
          hint: tested.hint ?? '',
        });
      }
      out.value(
        tested,
        told =>
          `${id} works: ${told.identity ?? ''}${told.scopes.length > 0 ? `\nScopes: ${told.scopes.join(' ')}` : ''}`,
      );
    }),
  );
  sub(connections, 'restart <id>', 'end the server and start it again').action((id: string) =>
    withHost(async (call, out) =>
      out.value(await call('connections.restart', { id }), view => `${view.id} is ${stateText(view)}.`),
    ),
  );
  sub(connections, 'stop <id>', 'end the server; the next call starts it again').action((id: string) =>
    withHost(async (call, out) =>
      out.value(await call('connections.stop', { id }), view => `${view.id} is ${stateText(view)}.`),
    ),
  );
  sub(connections, 'logs <id>', 'what the server wrote to stderr')
    .option('--lines <number>', 'how many', Number, 100)
    .option('--follow', 'and those that come, until Ctrl-C')
    .action((id: string, options: Options) =>
      withHost(async (call, out, line) => {
        const lines = Number(options.lines);
        if (options.follow === true) return await followLog(line, id, lines, out);
        out.value(await call('connections.logs', { id, lines }), told => told.join('\n'));
      }),
    );
  sub(
    connections,
    'pass-on <id>',
    'write a file that proposes this connection to somebody else, without its credentials',
  )
    .option('--file <path>', 'instead of <backend>-<name>.gatehouse in this folder')
    .action((id: string, options: Options) =>
      withHost(async (call, out) => {
        const { existsSync, writeFileSync } = await import('node:fs');
        const { name, text } = await call('connections.passOn', { id });
        const file = resolve(String(options.file ?? name));
        if (existsSync(file))
          throw new GatehouseError('GH_INVALID_INPUT', `${file} is there already.`, {
            hint: 'Name another with --file.',
          });
        writeFileSync(file, text, { flag: 'wx' });
        out.value({ file }, told => `${told.file} is written: settings, no credential. Gatehouse opens it.`);
      }),
    );
  sub(connections, 'classify <id> <tool> <effect>', 'say whether a tool of a custom server reads, writes or destroys')
    .option(...code)
    .action((id: string, tool: string, effect: string, options: Options) =>
      withHost(async (call, out) =>
        out.value(
          await call('connections.classify', { id, tool, effect: effect as 'read', ...codeOf(options) }),
          view => `${tool} of ${view.id} counts as ${effect}.`,
        ),
      ),
    );
  sub(connections, 'accept-changes <id>', 'take the tools that a custom server offers now')
    .option('--show', 'only show the difference')
    .option(...code)
    .action((id: string, options: Options) =>
      withHost(async (call, out) => {
        const changes = await call('connections.changes', { id });
        if (options.show === true)
          return out.value(changes, told => (told.length === 0 ? 'Nothing changed.' : JSON.stringify(told, null, 2)));
        await call('connections.acceptChanges', { id, ...codeOf(options) });
        out.value({ accepted: changes.length, changes }, told => `${told.accepted} changes accepted.`);
      }),
    );
  sub(
    connections,
    'remove <id>',
    "with its secrets, grants, log and entries in assistants' files; the history stays",
  ).action((id: string) =>
    withHost(async (call, out) =>
      out.value(await call('connections.remove', { id }), ({ removed, unregistered, left }) =>
        [
          `${removed} is removed${unregistered.length === 0 ? '' : `, and taken out of ${unregistered.join(', ')}`}.`,
          ...left.map(({ client, file, problem }) => `The entry of ${client} stays in ${file}: ${problem}`),
        ].join('\n'),
      ),
    ),
  );

  // --- policy ------------------------------------------------------------------------------------------------------
  const grants = group('grants', 'what assistants may do');
  sub(grants, 'show <id>', 'the verdict for every action')
    .option('--client <id>', 'for one assistant')
    .action((id: string, options: Options) =>
      withHost(async (call, out) => showGrants(out, await call('grants.show', { id, ...clientOf(options) }))),
    );
  sub(grants, 'preset <id> <name>', 'read-only, ask (before changes) or full; default takes everything away')
    .option('--client <id>', 'for one assistant only')
    .option('--dry-run', 'only show what would change')
    .option(...code)
    .action((id: string, name: string, options: Options) =>
      withHost(async (call, out) => {
        const change = { id, preset: name as 'ask', ...clientOf(options) };
        if (options.dryRun === true) return showConsequence(out, await call('grants.preview', change));
        showGrants(out, await call('grants.apply', { ...change, ...codeOf(options) }));
      }),
    );
  sub(grants, 'set <id> <verdict>', 'allow, ask, deny, hide, or default')
    .option('--client <id>', 'for one assistant only')
    .addOption(new Option('--effect <effect>').choices(['read', 'write', 'destructive']))
    .option('--tool <name>')
    .option('--action <name>')
    .option('--dry-run', 'only show what would change')
    .option(...code)
    .action((id: string, verdict: string, options: Options) =>
      withHost(async (call, out) => {
        if (!['allow', 'ask', 'deny', 'hide', 'default'].includes(verdict))
          throw new GatehouseError('GH_USAGE', `"${verdict}" is no verdict.`, {
            hint: 'Use allow, ask, deny, hide or default.',
          });
        const change = {
          verdict: verdict as 'allow',
          ...(options.effect === undefined ? {} : { effect: options.effect as 'read' }),
          ...(options.tool === undefined ? {} : { tool: String(options.tool) }),
          ...(options.action === undefined ? {} : { action: String(options.action) }),
        };
        const of = { id, ...clientOf(options) };
        if (options.dryRun === true)
          return showConsequence(out, await call('grants.preview', { ...of, changes: [change] }));
        showGrants(out, await call('grants.set', { ...of, ...change, ...codeOf(options) }));
      }),
    );
  sub(program, 'pause', 'let no call through').action(() =>
    withHost(async (call, out) => out.value(await call('pause', {}), () => 'Paused: no call gets through.')),
  );
  sub(program, 'resume', 'end the pause')
    .option(...code)
    .action((options: Options) =>
      withHost(async (call, out) => out.value(await call('resume', codeOf(options)), () => 'Resumed.')),
    );
  const approvals = group('approvals', 'calls that wait for you');
  sub(approvals, 'list', 'all of them').action(() =>
    withHost(async (call, out) =>
      out.table(
        await call('approvals.list', {}),
        {
          id: row => row.id,
          client: row => row.client,
          connection: row => row.connection,
          call: row => `${row.tool}/${row.action}`,
          effect: row => row.effect,
          until: row => row.expiresAt,
          arguments: row => JSON.stringify(row.arguments).slice(0, 80),
        },
        'No call waits.',
      ),
    ),
  );
  sub(approvals, 'show <id>', 'one of them, with the last such call that went through').action((id: string) =>
    withHost(async (call, out) => {
      const approval = (await call('approvals.list', {})).find(waiting => waiting.id === id);
      const told = { ...approval, ...(await call('approvals.similar', { id })) };
      out.value(told, value => JSON.stringify(value, null, 2));
    }),
  );
  sub(approvals, 'allow <id>', 'let the call through, once')
    .option('--minutes <number>', 'also allow the same action for this assistant until then', Number)
    .option(...code)
    .action((id: string, options: Options) =>
      withHost(async (call, out) =>
        out.value(
          await call('approvals.allow', {
            id,
            ...(options.minutes === undefined ? {} : { minutes: Number(options.minutes) }),
            ...codeOf(options),
          }),
          told => `Allowed: ${told.tool}/${told.action}.`,
        ),
      ),
    );
  sub(approvals, 'deny <id>', 'refuse it; the assistant reads the reason')
    .option('--reason <text>', 'why', '')
    .action((id: string, options: Options) =>
      withHost(async (call, out) =>
        out.value(
          await call('approvals.deny', { id, reason: String(options.reason) }),
          told => `Denied: ${told.tool}/${told.action}.`,
        ),
      ),
    );

  const questions = group('questions', 'what servers ask and assistants cannot show');
  sub(questions, 'list', 'all of them').action(() =>
    withHost(async (call, out) =>
      out.table(
        await call('questions.list', {}),
        {
          id: row => row.id,
          client: row => row.client,
          connection: row => row.connection,
          call: row => `${row.tool}/${row.action}`,
          asks: row => row.message,
          fields: row => row.fields.map(field => `${field.name}${field.required ? '' : '?'}`).join(' '),
          until: row => row.expiresAt,
        },
        'No server asks anything.',
      ),
    ),
  );
  sub(questions, 'answer <id>', 'give the server what it asks for')
    .option('--set <field=value...>', 'an answer; JSON where it is no plain text')
    .option(...code)
    .action((id: string, options: Options) =>
      withHost(async (call, out) => {
        const fields = (await call('questions.list', {})).find(waiting => waiting.id === id)?.fields;
        const content = Object.fromEntries(
          Object.entries(pairs(options.set)).map(([name, value]) => {
            const kind = fields?.find(field => field.name === name)?.kind;
            return [name, kind === 'text' || kind === 'choice' ? value : parseValue(String(value))];
          }),
        );
        out.value(
          await call('questions.answer', { id, action: 'accept', content, ...codeOf(options) }),
          told => `Answered: ${told.tool} goes on.`,
        );
      }),
    );
  sub(questions, 'decline <id>', 'tell the server that you do not answer').action((id: string) =>
    withHost(async (call, out) =>
      out.value(await call('questions.answer', { id, action: 'decline' }), told => `Declined: ${told.message}`),
    ),
  );

  // --- clients -----------------------------------------------------------------------------------------------------
  const clients = group('clients', 'assistants and their config files');
  const force = ['--force', 'replace or remove even an entry of ours that somebody changed'] as const;
  sub(clients, 'list', 'known assistants, found or not, registered or not').action(() =>
    withHost(async (call, out) =>
      out.table(
        await call('clients.list', {}),
        {
          client: row => row.id,
          name: row => row.title,
          installed: row => row.installed,
          registered: row => row.entries.map(entry => `${entry.connection} (${entry.state})`).join(', '),
          file: row => row.file ?? '',
          problem: row => row.problem ?? '',
        },
        'None.',
      ),
    ),
  );
  sub(clients, 'preview <client>', 'what registering would change, without changing it')
    .option('--connection <id...>', 'which connections')
    .option('--remove', 'what unregistering would change')
    .option(...force)
    .action((client: string, options: Options) =>
      withHost(async (call, out) =>
        showChange(
          out,
          await call('clients.preview', {
            client,
            connections: (options.connection ?? []) as string[],
            remove: options.remove === true,
            force: options.force === true,
          }),
        ),
      ),
    );
  sub(clients, 'register <client>', 'write our entry into its config file')
    .requiredOption('--connection <id...>', 'which connections')
    .option(...force)
    .option(...code)
    .action((client: string, options: Options) =>
      withHost(async (call, out) =>
        showChange(
          out,
          await call('clients.register', {
            client,
            connections: options.connection as string[],
            force: options.force === true,
            ...codeOf(options),
          }),
        ),
      ),
    );
  sub(clients, 'unregister <client>', 'take our entry out again')
    .option('--connection <id...>', 'which connections; all unless told')
    .option(...force)
    .action((client: string, options: Options) =>
      withHost(async (call, out) =>
        showChange(
          out,
          await call('clients.unregister', {
            client,
            force: options.force === true,
            ...(options.connection === undefined ? {} : { connections: options.connection as string[] }),
          }),
        ),
      ),
    );
  sub(clients, 'undo <token>', 'put the file back as it was').action((undo: string) =>
    withHost(async (call, out) =>
      out.value(await call('clients.undo', { undo }), told => `${told.file}: ${told.note}`),
    ),
  );
  sub(clients, 'heal', 'correct entries whose launcher has moved')
    .option('--restore', 'also put back entries that are gone')
    .action((options: Options) =>
      withHost(async (call, out) =>
        out.table(
          await call('clients.heal', { restore: options.restore === true }),
          {
            client: row => row.client,
            file: row => row.file,
            healed: row => row.healed.join(', '),
            gone: row => row.missing.join(', '),
            'changed by somebody': row => row.changed.join(', '),
            problem: row => row.problem ?? '',
          },
          'Nothing to heal.',
        ),
      ),
    );
  sub(clients, 'revoke <client>', 'its key stops working at once').action((client: string) =>
    withHost(async (call, out) =>
      out.value(await call('clients.revoke', { client }), told => `The key of ${told.revoked} is revoked.`),
    ),
  );
  sub(clients, 'keys', 'which programs have a key, and where it stands').action(() =>
    withHost(async (call, out) =>
      out.table(
        await call('clients.keys', {}),
        { client: row => row.client, file: row => row.file, '': row => (row.revoked ? 'revoked' : '') },
        'None.',
      ),
    ),
  );
  sub(clients, 'key <client>', 'a key for a program that comes over HTTP')
    .option(...code)
    .action((client: string, options: Options) =>
      withHost(async (call, out) =>
        out.value(
          await call('clients.key', { client, ...codeOf(options) }),
          told => `The key of ${told.client} stands in ${told.file}.`,
        ),
      ),
    );
  sub(clients, 'link <client>', 'an install link to open')
    .requiredOption('--connection <id>')
    .option(...code)
    .action((client: string, options: Options) =>
      withHost(async (call, out) =>
        out.value(
          await call('clients.link', { client, connection: String(options.connection), ...codeOf(options) }),
          told => told.link,
        ),
      ),
    );
  sub(clients, 'bundle <file>', 'an .mcpb bundle for Claude Desktop')
    .requiredOption('--connection <id>')
    .option(...code)
    .action((file: string, options: Options) =>
      withHost(async (call, out) => {
        const { writeFileSync } = await import('node:fs');
        const { base64 } = await call('clients.bundle', {
          connection: String(options.connection),
          ...codeOf(options),
        });
        writeFileSync(resolve(file), Buffer.from(base64, 'base64'));
        out.value({ file: resolve(file) }, told => `${told.file} is written. Open it with Claude Desktop.`);
      }),
    );

  // --- history -----------------------------------------------------------------------------------------------------
  const audit = group('audit', 'the history');
  const facets = [
    '--filter <facet=value...>',
    'kind, client, connection, tool, action, effect, decision, outcome, code, session',
  ] as const;
  sub(audit, 'list', 'newest first; with --json one entry a line')
    .option('--query <words>', 'words that must occur')
    .option('--limit <number>', 'how many', Number, 50)
    .option('--before <number>', 'only entries before this number', Number)
    .option('--from <time>', 'ISO time, inclusive')
    .option('--to <time>', 'ISO time, exclusive')
    .option(...facets)
    .action((options: Options) =>
      withHost(async (call, out) => {
        const entries = await call('audit.list', {
          limit: Number(options.limit),
          ...queryOf(options),
          ...(options.before === undefined ? {} : { before: Number(options.before) }),
        });
        if (out.json) for (const entry of entries) out.line(JSON.stringify(entry));
        else
          out.table(
            entries,
            {
              no: row => String(row.seq),
              time: row => row.time,
              kind: row => row.kind,
              client: row => row.client ?? '',
              connection: row => row.connection ?? '',
              call: row => (row.tool === undefined ? '' : `${row.tool}/${row.action ?? ''}`),
              '': row => row.decision ?? row.outcome ?? '',
              code: row => row.code ?? '',
              says: row => (row.message ?? '').slice(0, 60),
            },
            'Nothing found.',
          );
      }),
    );
  sub(audit, 'stats', 'ended calls in numbers: when, how, how long, the busiest')
    .option('--hours <number>', 'of the last so many hours', Number, 24)
    .option('--from <time>', 'ISO time, instead of --hours')
    .option('--to <time>', 'ISO time, exclusive; now unless told')
    .option('--bucket-hours <number>', 'hours that are counted together', Number, 1)
    .option('--filter <facet=value...>', 'connection, client, tool, action, effect, outcome, code')
    .action((options: Options) =>
      withHost(async (call, out) => {
        const to = options.to === undefined ? new Date() : new Date(String(options.to));
        const from =
          options.from === undefined
            ? new Date(to.getTime() - (Number(options.hours) - 1) * 3_600_000)
            : new Date(String(options.from));
        const told = await call('audit.stats', {
          from: from.toISOString(),
          to: to.toISOString(),
          bucketHours: Number(options.bucketHours),
          facets: pairs(options.filter) as Record<string, string>,
        });
        out.value(told, showStats);
      }),
    );
  sub(audit, 'show <number>', 'one entry, whole').action((seq: string) =>
    withHost(async (call, out) =>
      out.value(await call('audit.get', { seq: Number(seq) }), entry => JSON.stringify(entry, null, 2)),
    ),
  );
  sub(audit, 'repeat <number>', 'make a read call of the history again').action((seq: string) =>
    withHost(async (call, out) =>
      out.value(await call('audit.repeat', { seq: Number(seq) }), result => JSON.stringify(result, null, 2)),
    ),
  );
  sub(audit, 'export [file]', 'JSON Lines, or CSV; into the Downloads folder unless told')
    .addOption(new Option('--format <format>').choices(['jsonl', 'csv']))
    .option('--query <words>', 'words that must occur')
    .option('--from <time>', 'ISO time, inclusive')
    .option('--to <time>', 'ISO time, exclusive')
    .option(...facets)
    .action((file: string | undefined, options: Options) =>
      withHost(async (call, out) =>
        out.value(
          await call('audit.export', {
            ...(file === undefined ? {} : { file: resolve(file) }),
            format: (options.format ?? (file?.endsWith('.csv') === true ? 'csv' : 'jsonl')) as 'csv',
            query: queryOf(options),
          }),
          told => `\n${told.entries} entries are in ${told.file}.`,
        ),
      ),
    );
  sub(audit, 'verify', 'whether every entry is there and as it was written').action(() =>
    withHost(async (call, out) => {
      const verdict = await call('audit.verify', {});
      out.value(verdict, told =>
        told.ok
          ? `\nGood: ${told.entries} entries, none missing, none altered${told.anchored ? '' : ' (not anchored: this vault cannot tell when an old copy is put back)'}.`
          : `\nBROKEN at entry ${told.brokenAt}: ${told.reason}`,
      );
      if (!verdict.ok)
        throw new GatehouseError('GH_HISTORY_BROKEN', `The history is broken at entry ${verdict.brokenAt}.`);
    }),
  );
  sub(audit, 'prune <before>', 'remove entries before an ISO time')
    .option(...code)
    .action((before: string, options: Options) =>
      withHost(async (call, out) =>
        out.value(
          await call('audit.prune', { before: new Date(before).toISOString(), ...codeOf(options) }),
          told => `${told.pruned} entries are gone; the rest still verifies.`,
        ),
      ),
    );

  // --- the rest ----------------------------------------------------------------------------------------------------
  const vault = group('vault', 'where the credentials are sealed');
  sub(vault, 'status', 'open or not, and why').action(() =>
    withHost(async (call, out) =>
      out.value(await call('vault.status', {}), told =>
        told.state === 'open'
          ? `Open: ${told.kind}, key ${told.keyId}, ${told.secrets} credentials.`
          : `${told.message} ${told.hint} [${told.code}]`,
      ),
    ),
  );
  sub(vault, 'unlock', 'try again, or give the passphrase')
    .option('--passphrase-stdin', 'read it from stdin')
    .action((options: Options) =>
      withHost(async (call, out) => {
        const { kind } = await call('vault.status', {});
        const passphrase =
          kind !== 'passphrase'
            ? undefined
            : options.passphraseStdin === true
              ? (await readStdin()).trimEnd()
              : await prompt('Passphrase', true);
        out.value(await call('vault.unlock', passphrase === undefined ? {} : { passphrase }), told =>
          told.state === 'open' ? 'Open.' : told.message,
        );
      }),
    );
  sub(vault, 'rotate', 'a new key; every credential is sealed again').action(() =>
    withHost(async (call, out) =>
      out.value(await call('vault.rotate', {}), told => `Key ${told.keyId}; ${told.secrets} credentials sealed again.`),
    ),
  );
  const settings = group('settings', 'of the host');
  sub(settings, 'get', 'all of them').action(() =>
    withHost(async (call, out) =>
      out.value(await call('settings.get', {}), told =>
        Object.entries(told)
          .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
          .join('\n'),
      ),
    ),
  );
  sub(settings, 'set <name> <value>', 'change one')
    .option(...code)
    .action((name: string, value: string, options: Options) =>
      withHost(async (call, out) =>
        out.value(
          await call('settings.set', { name, value: parseValue(value), ...codeOf(options) }),
          told => `${name} = ${JSON.stringify(told[name])}`,
        ),
      ),
    );
  sub(program, 'backup <folder>', 'copy everything that is needed to go on elsewhere; credentials stay sealed').action(
    (folder: string) =>
      withHost(async (call, out) =>
        out.value(
          await call('backup', { folder: resolve(folder) }),
          told => `${told.files.join(', ')} are in ${told.folder}.`,
        ),
      ),
  );
  sub(program, 'restore <folder>', 'put a backup back; the host must be stopped, and today’s files are kept beside')
    .option('--with-history', 'the history too (it will then verify as an old copy)')
    .action((folder: string, options: Options) =>
      output().value(
        restore(pathsOf(home()), resolve(folder), options.withHistory === true),
        told =>
          `Restored: ${told.restored.join(', ')}. The former files are kept as ${told.kept.join(', ') || 'nothing (there were none)'}.`,
      ),
    );
  return program;
}

function stateText(view: ConnectionView): string {
  return view.state === 'attention' ? `needs attention: ${view.reason}` : view.state;
}

function showGrants(out: Output, view: GrantsView): void {
  if (out.json) return out.line(JSON.stringify(view));
  out.table(
    view.actions,
    {
      tool: row => row.tool,
      action: row => row.action,
      effect: row => row.effect,
      verdict: row => row.verdict,
      because: row => row.because,
    },
    'No actions.',
  );
}

function showConsequence(out: Output, preview: GrantsPreviewView): void {
  if (out.json) return out.line(JSON.stringify(preview));
  out.table(
    preview.changes,
    {
      tool: row => row.tool,
      action: row => row.action,
      effect: row => row.effect,
      before: row => row.before,
      after: row => row.after,
      '': row => (row.wider ? 'WIDER' : ''),
    },
    'Nothing would change.',
  );
}

function showChange(out: Output, change: ClientChangeView): void {
  out.value(change, told =>
    [
      told.diff === '' ? `${told.file}: nothing to change.` : told.diff,
      ...told.warnings,
      ...(told.undo === undefined ? [] : [told.afterwards, `To put it back: gatehouse clients undo ${told.undo}`]),
    ]
      .filter(text => text !== '')
      .join('\n'),
  );
}

function showStats(stats: StatsView): string {
  const outcomes = (told: Readonly<Record<string, number>>): string =>
    Object.entries(told)
      .map(([outcome, calls]) => `${calls} ${outcome}`)
      .join(', ');
  return [
    `${stats.calls} calls${stats.calls === 0 ? '' : `: ${outcomes(stats.outcomes)}; half took ${stats.p50Ms} ms or less, 95 % ${stats.p95Ms} ms or less`}.`,
    ...stats.buckets
      .filter(bucket => Object.keys(bucket.outcomes).length > 0)
      .map(bucket => `  ${bucket.from}  ${outcomes(bucket.outcomes)}`),
    ...stats.actions.map(
      row =>
        `  ${row.connection} ${row.tool}/${row.action}: ${row.calls} calls, ${row.failed} failed, ${row.meanMs} ms`,
    ),
  ].join('\n');
}

function pairs(given: unknown): Record<string, unknown> {
  return Object.fromEntries(
    ((given ?? []) as string[]).map(pair => {
      const at = pair.indexOf('=');
      if (at < 1) throw new GatehouseError('GH_USAGE', `"${pair}" is not of the form key=value.`);
      return [pair.slice(0, at), pair.slice(at + 1)];
    }),
  );
}

async function secretsFor(call: CallHost, backend: string, fromStdin: boolean): Promise<Record<string, string>> {
  if (fromStdin) return parseSecrets(await readStdin());
  const found = (await call('backends.list', {})).find(known => known.backend === backend);
  const secrets: Record<string, string> = {};
  for (const field of found?.credentials ?? [])
    secrets[field.name] = await prompt(
      field.required ? field.title : `${field.title} (may be left empty)`,
      field.kind === 'secret',
    );
  return Object.fromEntries(Object.entries(secrets).filter(([, value]) => value !== ''));
}

function parseSecrets(text: string): Record<string, string> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new GatehouseError('GH_INVALID_INPUT', 'stdin is not JSON.', {
      hint: 'Give one object, such as {"clientId":"…","clientSecret":"…"}.',
    });
  }
  if (
    typeof value !== 'object' ||
    value === null ||
    Array.isArray(value) ||
    Object.values(value).some(inner => typeof inner !== 'string')
  ) {
    throw new GatehouseError('GH_INVALID_INPUT', 'stdin is not one JSON object of texts.');
  }
  return value as Record<string, string>;
}

function parseValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function codeOf(options: Options): { code?: string } {
  return options.code === undefined ? {} : { code: String(options.code) };
}

function queryOf(options: Options) {
  return {
    facets: Object.fromEntries(Object.entries(pairs(options.filter)).map(([facet, value]) => [facet, String(value)])),
    ...(options.query === undefined ? {} : { text: String(options.query) }),
    ...(options.from === undefined ? {} : { from: String(options.from) }),
    ...(options.to === undefined ? {} : { to: String(options.to) }),
  };
}

function clientOf(options: Options): { client?: string } {
  return options.client === undefined ? {} : { client: String(options.client) };
}

function logLevelOf(text: string): 'debug' | 'info' | 'warn' | 'error' {
  const level = text.toLowerCase();
  return level === 'warning' ? 'warn' : (level as 'debug' | 'info' | 'warn' | 'error');
}

/** The socket closes before the last entries are written; the lock goes last. */
async function waitUntilGone(home: string, pid: number): Promise<void> {
  const { takeHostLock } = await import('../storage/index.ts');
  for (let tries = 0; tries < 300; tries++) {
    try {
      takeHostLock(pathsOf(home).hostLock).release();
      return;
    } catch {
      if (successorOf(home, pid)) return;
      await new Promise(done => setTimeout(done, 50));
    }
  }
}

/** Another host has the home already: an open app takes the place of one that it had joined. */
function successorOf(home: string, pid: number): boolean {
  try {
    const told = JSON.parse(readFileSync(pathsOf(home).hostProfile, 'utf8')) as { readonly pid?: unknown };
    return told.pid !== pid;
  } catch {
    return false;
  }
}
