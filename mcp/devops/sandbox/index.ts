import {
  createSandboxClock,
  jsonAnswer,
  type Refusal,
  type SandboxAnswer,
  type SandboxCredential,
  type SandboxRequest,
  type SandboxServer,
  type SandboxStart,
  type Switches,
  startSandboxServer,
} from '../../kit/sandbox.ts';
import { API_KEY, APP_KEY, createDatadog, datadogAnswer } from './datadog.ts';
import { createDescope, descopeAnswer } from './descope.ts';
import { createGateway } from './gateway.ts';
import { createGithub, GITHUB_TOKEN, REPOSITORY, type Run, WORKFLOW } from './github.ts';
import { type Claims, createKeys } from './jwt.ts';
import { PEOPLE, type Person, PROJECT_ID, ROLES } from './people.ts';
import { createPlatform, platformAnswer } from './platform.ts';
import type { Deployment, Rollback } from './story.ts';
import { createDevopsSwitches, type DevopsSwitches } from './switches.ts';

export interface Sandbox extends SandboxServer {
  readonly credentials: readonly SandboxCredential[];
  readonly switches: Switches<DevopsSwitches>;
  readonly deployments: readonly Deployment[];
  readonly rollbacks: readonly Rollback[];
  /** Of the workflow at GitHub, newest first. */
  readonly runs: readonly Run[];
  /** How often a deploy or a rollback was carried out. */
  readonly writes: number;
  /** Moves the clock of all upstreams. */
  advance(seconds: number): void;
  /** A log row of now, at Datadog. */
  writeLog(service: string, message: string): void;
  /** A new signing key, with a new `kid`; tokens of the old one are void. */
  rotateKeys(): void;
  endGatewaySessions(): void;
  /** A session of a person, by the label of its credential, with other claims where wanted. */
  sessionOf(label: string, claims?: Claims): string;
}

export type SandboxOptions = SandboxStart & Partial<DevopsSwitches>;

/**
 * A stand-in on 127.0.0.1 for all upstreams of Light DevOps, built from the fact sheet alone (§10): Descope, Datadog, the platform
 * at its root, the gateway at `/gateway/mcp`. All state is in memory and made up; every answer carries `gatehouse-sandbox: devops`.
 */
export async function startSandbox(options: SandboxOptions = {}): Promise<Sandbox> {
  const { port, now: systemNow = Date.now, ...initialSwitches } = options;
  const clock = createSandboxClock(systemNow);
  const { now, advance } = clock;
  const switches = createDevopsSwitches(initialSwitches);
  const keys = createKeys();
  const descope = createDescope(keys, now, switches);
  const platform = createPlatform(keys, now, switches);
  const github = createGithub(now, switches);
  const datadog = createDatadog(now, switches);
  const gateway = createGateway(platform.routes, switches);
  const server = await startSandboxServer({
    name: 'devops',
    port,
    clock,
    routes: () => [...descope.routes, ...datadog.routes, ...platform.routes, ...gateway.routes, ...github.routes],
    refuse,
    switches,
  });
  const credentialOf = (person: Person): SandboxCredential => ({
    label: person.label,
    settings: { apiUrl: server.url, projectId: PROJECT_ID, descopeUrl: server.url, datadogUrl: server.url },
    secrets: {
      ...(person.accessKey === undefined
        ? { refreshToken: descope.refreshFor(person) }
        : { accessKey: person.accessKey }),
      datadogApiKey: API_KEY,
      datadogAppKey: APP_KEY,
    },
    scopes: person.rights,
  });
  return {
    ...server,
    switches,
    credentials: [
      ...PEOPLE.map(credentialOf),
      {
        label: 'github',
        settings: {
          executor: 'github',
          githubUrl: `${server.url}/github`,
          githubRepository: REPOSITORY,
          githubWorkflow: WORKFLOW,
          descopeUrl: server.url,
          datadogUrl: server.url,
        },
        secrets: { githubToken: GITHUB_TOKEN, datadogApiKey: API_KEY, datadogAppKey: APP_KEY },
        scopes: ROLES.developer_prod_access ?? [],
      },
    ],
    runs: github.runs,
    deployments: platform.deployments,
    rollbacks: platform.rollbacks,
    get writes() {
      return platform.writes;
    },
    advance,
    writeLog: datadog.write,
    rotateKeys: keys.rotate,
    endGatewaySessions: gateway.endSessions,
    sessionOf(label, claims) {
      const person = PEOPLE.find(one => one.label === label);
      if (person === undefined) throw new Error(`The sandbox knows no "${label}".`);
      return descope.sessionFor(person, claims);
    },
  };
}

/** Each upstream says no in its own form. */
function refuse({ status, message, headers }: Refusal, { path }: SandboxRequest): SandboxAnswer {
  if (/^\/(v1\/auth|v2\/keys|oauth2)\//.test(path)) return descopeAnswer(status, headers);
  if (path.startsWith('/api/')) return datadogAnswer(status, headers);
  if (path.startsWith('/github/')) return jsonAnswer(status, { message, status: String(status) }, headers);
  if (path.startsWith('/gateway/')) return jsonAnswer(status, { error: message }, headers);
  return platformAnswer(status, message, headers);
}
