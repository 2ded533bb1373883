import { spawn } from 'node:child_process';
import { timingSafeEqual } from 'node:crypto';
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { type AccountOptions, createAccount, identityOf, logFileOf, notSignedIn } from './account.ts';
import type { BrowserOptions } from './browser-session.ts';
import { type Callers, createCallers } from './callers.ts';
import type { CatalogField } from './catalog.ts';
import type { LogLevel, Presentation } from './control.ts';
import type { Manifest } from './define.ts';
import { catalogOf } from './derive.ts';
import { endSoon } from './ending.ts';
import { Fault } from './fault.ts';
import { createLogger } from './log.ts';
import { addressOf, doorOf, isHere, listen, type OverHttp, untilTold } from './over-http.ts';
import { type OpenTenant, runTenants, tenantSource } from './run-tenants.ts';
import { serveOverStdio } from './stdio.ts';
import { openStores } from './stores.ts';
import { createSqliteTrail, type Trail } from './trail.ts';

export interface StandaloneOptions {
  /** The backend's own unless told, as is the port. */
  readonly transport?: 'stdio' | 'streamable-http' | 'sse';
  readonly host: string;
  readonly port?: number;
  readonly readOnly?: boolean;
  readonly logLevel?: string;
  /** Where logs and files go. */
  readonly stateFolder: string;
}

/** What is left to be decided is decided. */
interface Settled extends Omit<StandaloneOptions, 'port'>, OverHttp {
  readonly transport: 'stdio' | 'streamable-http' | 'sse';
}

type Env = Readonly<Record<string, string | undefined>>;

/**
 * One server on its own, configured by the variables of the original server. Signs in first: when that fails, or the
 * credential has none of the backend's scopes, one reason stands on stderr, stdout stays empty and the status is 1.
 */
export async function runStandalone<State>(
  manifest: Manifest<State>,
  env: Env,
  given: StandaloneOptions,
): Promise<void> {
  const { standalone } = manifest;
  const warnings = standalone?.review(env) ?? [];
  const write =
    env.LOG_FORMAT?.toLowerCase() === 'console'
      ? (line: string) => writeSync(2, forPeople(line))
      : (line: string) => writeSync(2, line);
  const level = levelOf(given.logLevel ?? env.LOG_LEVEL);
  const log = createLogger({ level, name: manifest.name, file: undefined, secrets: () => [], stderr: write });
  await using stores = await openStores(standalone ?? {}, env, manifest.name, log);
  const transport = given.transport ?? standalone?.transport ?? 'stdio';
  const options: Settled = {
    ...given,
    transport,
    port: given.port ?? portIn(env, standalone?.portVariable) ?? standalone?.port ?? 8_000,
    rest: transport === 'streamable-http' ? standalone?.rest?.(env, catalogOf(manifest)) : undefined,
    presentation:
      presentationOf(env.GATEHOUSE_PRESENTATION) ?? standalone?.presentation ?? manifest.defaultPresentation,
    stores,
  };
  if (env.GATEHOUSE_TENANTS || stores.postgres !== undefined) {
    const openTenant: OpenTenant = (tenant, stateFolder, trail) => {
      const marked = (line: string) => write(line.replace('{', `{"tenant":${JSON.stringify(tenant.name)},`));
      const opened = open(manifest, tenant.variables, { ...options, stateFolder }, tenant.id, marked, trail);
      return doorOf(manifest, opened, options, tenant.name);
    };
    return await runTenants(openTenant, await tenantSource(env.GATEHOUSE_TENANTS, stores.postgres), options, log);
  }
  /** Until the sign-in stands, stderr is for its one reason; the log file has the rest. */
  let held: string[] | undefined = [];
  const opened = open(manifest, env, options, '', line => void (held?.push(line) ?? write(line)));
  const { account } = opened;
  for (const warning of warnings) account.log.warn(warning);
  const callers = transport === 'streamable-http' ? callersOf(manifest, env, options, write) : undefined;
  const key = env.GATEHOUSE_MCP_KEY;
  // Where callers bring their own sessions and there is no key, nobody uses the server's own account.
  const isUsed = callers === undefined || Boolean(key);
  if (!isUsed) account.log.info('only callers with a session of their own are let in');
  // Without credentials a person signs in later, in the browser, when something is asked for.
  else if (await account.waitsForPerson()) account.log.info('no credentials: the first call opens a page to sign in');
  else {
    const outcome = await account.signIn();
    if (!outcome.ok) throw notSignedIn(outcome);
  }
  const lines = held;
  held = undefined;
  for (const line of lines) write(line);
  if (options.transport === 'stdio') {
    const served = serveOverStdio(account, options.presentation);
    await new Promise<void>(resolve => process.stdin.on('end', resolve));
    await Promise.allSettled([served.close(), account.close()]);
    return endSoon();
  }
  if (!isHere(options.host) && isUsed && !key)
    throw new Fault(
      'GH_INVALID_INPUT',
      `Without a key, ${options.host} would let anyone on the network use this account.`,
      {
        hint: 'Use --host 127.0.0.1, or set GATEHOUSE_MCP_KEY and send it as "Authorization: Bearer …".',
      },
    );
  if (options.rest !== undefined && options.rest.origins.length > 0 && isUsed && !key)
    throw new Fault('GH_INVALID_INPUT', 'Pages of other origins may call only with a key.', {
      hint: 'Set GATEHOUSE_MCP_KEY, or name no origins.',
    });
  const door = doorOf(manifest, opened, options, 'key');
  if (leadsHere(door.baseUrl, options))
    throw new Fault(
      'GH_INVALID_INPUT',
      `The address ${door.baseUrl} is this server itself: calls would go round for ever.`,
      {
        hint: 'Give it the address of the platform, or this server another port.',
      },
    );
  const isOwn = (given: string): boolean => (key ? isSame(given, key) : isUsed);
  const server = await listen({ ...options, callers }, given => (isOwn(given) ? door : undefined));
  account.log.info('listening', { url: addressOf(server, options) });
  await untilTold(server);
  await Promise.all([account.close(), callers?.close()]);
}

/** An account for each caller, with the settings of this server and the caller's own session; it logs to stderr alone. */
function callersOf<State>(
  manifest: Manifest<State>,
  env: Env,
  options: Settled,
  write: (line: string) => void,
): Callers | undefined {
  const callers = manifest.standalone?.callers;
  if (callers === undefined || !isTrue(env[callers.variable])) return undefined;
  const own = secretsIn(manifest, env);
  return createCallers({
    now: Date.now,
    open(token) {
      const secrets = callers.secretsFor(token, own);
      if (secrets === undefined) return undefined;
      return createAccount(manifest, {
        settings: fromVariables(manifest.settings, env, true),
        secrets,
        stderr: write,
        readOnly: options.readOnly ?? readOnlyOf(manifest, env),
        stateFolder: options.stateFolder,
        logLevel: levelOf(options.logLevel ?? env.LOG_LEVEL),
      });
    },
    doorOf: (account, user) =>
      doorOf(manifest, { account, settings: fromVariables(manifest.settings, env, true) }, options, `caller ${user}`),
  });
}

function secretsIn<State>({ credentials }: Manifest<State>, env: Env): Record<string, string> {
  return fromVariables(credentials, env, false) as Record<string, string>;
}

/** `tenant`: its name, or nothing where there is one only. */
function open<State>(
  manifest: Manifest<State>,
  env: Env,
  options: Settled,
  tenant: string,
  stderr: (line: string) => void,
  given?: Trail,
) {
  const settings = fromVariables(manifest.settings, env, true);
  const secrets = secretsIn(manifest, env);
  const identity = manifest.identityOf?.(settings, secrets) ?? JSON.stringify([settings, secrets]);
  const store = options.stores.shared([tenant, identity]);
  const trail = given ?? trailIn(manifest, { settings, secrets }, options.stateFolder);
  const account = createAccount(manifest, {
    settings,
    stderr,
    secrets,
    ...(store === undefined ? {} : { store }),
    ...(trail === undefined ? {} : { trail }),
    readOnly: options.readOnly ?? readOnlyOf(manifest, env),
    stateFolder: options.stateFolder,
    logLevel: levelOf(options.logLevel ?? env.LOG_LEVEL),
    logFile: logFileOf(options.stateFolder, manifest.name),
    // A page on the loopback address is of no use to people elsewhere.
    ...(manifest.browser === undefined || !isHere(options.host) ? {} : { browser: browserOptions(env) }),
  });
  return { account, settings };
}

/** The home may be that of a host too, whose own history is audit.db, and of other accounts. */
function trailIn<State>(
  manifest: Manifest<State>,
  given: Pick<AccountOptions, 'settings' | 'secrets'>,
  folder: string,
): Trail | undefined {
  if (manifest.identityOf === undefined) return undefined;
  return createSqliteTrail(join(folder, `${manifest.name}-audit-${identityOf(manifest, given)}.db`), Date.now);
}

function leadsHere(baseUrl: string, { port }: Pick<OverHttp, 'port'>): boolean {
  const { hostname, port: theirs } = new URL(baseUrl);
  return isHere(hostname.replace(/^\[|\]$/g, '')) && port !== 0 && Number(theirs) === port;
}

function isSame(given: string, key: string): boolean {
  const [one, other] = [Buffer.from(given), Buffer.from(key)];
  return one.length === other.length && timingSafeEqual(one, other);
}

function fromVariables(fields: readonly CatalogField[], env: Env, defaults: boolean): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap(field => {
      const names = [field.variable, ...(field.otherVariables ?? [])].filter(name => name !== undefined);
      const value = names.map(name => env[name]).find(Boolean);
      if (field.kind === 'url' && value && !URL.canParse(value))
        throw new Fault('GH_INVALID_INPUT', `${field.variable} is not an address: ${value}`);
      if (value !== undefined && value !== '')
        return [
          [field.name, field.kind === 'boolean' ? isTrue(value) : field.kind === 'number' ? Number(value) : value],
        ];
      return defaults && field.default !== undefined ? [[field.name, field.default]] : [];
    }),
  );
}

/** The limits of the original server, by its variables; times are in seconds there. */
function browserOptions(env: Env): BrowserOptions {
  const number = (name: string, otherwise: number): number => {
    const value = Number(env[name] ?? '');
    return Number.isFinite(value) && value > 0 ? value : otherwise;
  };
  return {
    perSession: number('MAX_AUTH_ATTEMPTS_PER_SESSION', 3),
    perAddress: number('MAX_AUTH_ATTEMPTS_PER_IP', 10),
    lockoutMs: number('AUTH_LOCKOUT_DURATION', 300) * 1_000,
    lifeMs: number('AUTH_SESSION_TIMEOUT', 300) * 1_000,
    open: url => openBrowser(url, env.BROWSER),
  };
}

/** `BROWSER` names another program, or `none`; the address is in the answer of the call in any case. */
function openBrowser(url: string, wanted: string | undefined): void {
  if (wanted === 'none') return;
  const [command, ...args] = wanted
    ? [wanted, url]
    : process.platform === 'darwin'
      ? ['open', url]
      : process.platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler', url]
        : ['xdg-open', url];
  if (command === undefined) return;
  spawn(command, args, { stdio: 'ignore', detached: true })
    .on('error', () => undefined)
    .unref();
}

/** What the variable says; what the backend does without it. A word that is neither yes nor no is the cautious one. */
function readOnlyOf<State>({ readOnlyVariable, standalone }: Manifest<State>, env: Env): boolean {
  const said = readOnlyVariable === undefined ? undefined : env[readOnlyVariable];
  if (standalone?.readOnly !== true) return isTrue(said);
  return !/^(0|false|no|off)$/i.test(said ?? '');
}

function portIn(env: Env, name: string | undefined): number | undefined {
  const text = name === undefined ? undefined : env[name];
  if (!text) return undefined;
  const port = Number(text);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Fault('GH_INVALID_INPUT', `${name} is not a port: ${text}`, { hint: 'Use a number from 1 to 65535.' });
}

function presentationOf(text: string | undefined): Presentation | undefined {
  return text === 'flat' || text === 'grouped' ? text : undefined;
}

/** A line of the log as people like it: time, level, message, and the rest as name=value. */
function forPeople(line: string): string {
  const { time, level, msg, name: _name, ...rest } = JSON.parse(line) as Readonly<Record<string, unknown>>;
  const fields = Object.entries(rest).map(
    ([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`,
  );
  return `${time} ${level} ${msg}${fields.join('')}\n`;
}

function isTrue(text: string | undefined): boolean {
  return /^(1|true|yes|on)$/i.test(text ?? '');
}

function levelOf(text: string | undefined): LogLevel {
  const level = text?.toLowerCase();
  return level === 'debug' || level === 'warn' || level === 'error'
    ? level
    : level === 'warning'
      ? 'warn'
      : level === 'critical'
        ? 'error'
        : 'info';
}
