import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { validate } from 'dockerfile-utils';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseAllDocuments } from 'yaml';
import * as z from 'zod';
import { type Sandbox, startSandbox } from './sandbox/index.ts';
import { standaloneEnvironment } from './testing.ts';

const deploy = join(import.meta.dirname, 'deploy');
const root = join(import.meta.dirname, '..', '..');
const dockerfile = readFileSync(join(deploy, 'Dockerfile'), 'utf8');
const manifest = readFileSync(join(deploy, 'kubernetes.yaml'), 'utf8');

const withKey = (env: Readonly<Record<string, string>>): boolean => 'GATEHOUSE_MCP_KEY' in env;

/** The JSON form of an instruction, which takes no shell. */
function execForm(instruction: string): readonly string[] {
  const [, json = '[]'] = new RegExp(`^${instruction}.*?(\\[.*\\])$`, 'm').exec(dockerfile) ?? [];
  return z.array(z.string()).min(1).parse(JSON.parse(json));
}

describe('the Dockerfile', () => {
  it('has no fault that a linter finds', () => {
    expect(validate(dockerfile).map(({ message }) => message)).toEqual([]);
    expect(validate(dockerfile.replace('USER', 'USR'))).not.toEqual([]);
  });

  it('takes its base by digest alone, runs as nobody special, and holds no secret', () => {
    const lines = dockerfile.split('\n').filter(line => !line.startsWith('#'));
    const base = `FROM \${NODE_IMAGE}`;
    expect(lines.filter(line => line.startsWith('FROM'))).toEqual([`${base} AS build`, base]);
    expect(lines).toContain('ARG NODE_IMAGE');
    expect(dockerfile).toContain('@sha256:<digest>');
    const last = lines.slice(lines.lastIndexOf(base));
    const [user, entry] = ['USER 1000:1000', 'ENTRYPOINT'].map(word => last.findIndex(line => line.startsWith(word)));
    expect(user).toBeGreaterThan(0);
    expect(entry).toBeGreaterThan(user ?? 0);
    expect(lines.join('\n')).not.toMatch(/^(ADD|ENV .*(KEY|TOKEN|SECRET))|curl|sudo|--chown=1000/m);
  });
});

const container = z.object({
  image: z.string().regex(/^[a-z0-9./:-]+@sha256:[0-9a-f]{64}$/),
  securityContext: z.object({
    allowPrivilegeEscalation: z.literal(false),
    readOnlyRootFilesystem: z.literal(true),
    capabilities: z.object({ drop: z.tuple([z.literal('ALL')]) }),
  }),
  resources: z.object({
    requests: z.object({ cpu: z.string(), memory: z.string() }),
    limits: z.object({ memory: z.string() }),
  }),
  ports: z.tuple([z.object({ name: z.literal('http'), containerPort: z.number() })]),
  livenessProbe: z.object({ httpGet: z.object({ path: z.literal('/health'), port: z.literal('http') }) }),
  readinessProbe: z.object({ httpGet: z.object({ path: z.literal('/health'), port: z.literal('http') }) }),
  volumeMounts: z.array(z.object({ name: z.string(), mountPath: z.string() })),
});
const deployment = z.object({
  spec: z.object({
    replicas: z.literal(1),
    selector: z.object({ matchLabels: z.record(z.string(), z.string()) }),
    template: z.object({
      metadata: z.object({ labels: z.record(z.string(), z.string()) }),
      spec: z.object({
        automountServiceAccountToken: z.literal(false),
        hostNetwork: z.undefined().optional(),
        securityContext: z.object({
          runAsNonRoot: z.literal(true),
          runAsUser: z.number().min(1),
          seccompProfile: z.object({ type: z.literal('RuntimeDefault') }),
        }),
        containers: z.tuple([container]),
        volumes: z.array(z.object({ name: z.string(), emptyDir: z.object({}) })),
      }),
    }),
  }),
});

describe('the manifest for Kubernetes', () => {
  const documents = parseAllDocuments(manifest, { strict: true, uniqueKeys: true });
  const objects = documents.map(document =>
    z.looseObject({ kind: z.string(), metadata: z.object({ name: z.string() }) }).parse(document.toJS()),
  );
  const one = (kind: string) => objects.find(object => object.kind === kind);

  it('is right YAML, and names one of each kind', () => {
    expect(documents.flatMap(({ errors, warnings }) => [...errors, ...warnings])).toEqual([]);
    expect(objects.map(({ kind }) => kind)).toEqual([
      'ServiceAccount',
      'ConfigMap',
      'Deployment',
      'Service',
      'NetworkPolicy',
    ]);
    expect(new Set(objects.map(({ metadata }) => metadata.name))).toEqual(new Set(['gatehouse-devops']));
  });

  it('runs an image by digest, without root, rights or a file system to write to', () => {
    const { spec } = deployment.parse(one('Deployment'));
    expect(spec.template.metadata.labels).toMatchObject(spec.selector.matchLabels);
    const [{ volumeMounts, ports }] = spec.template.spec.containers;
    expect(volumeMounts.map(({ name }) => name)).toEqual(spec.template.spec.volumes.map(({ name }) => name));
    expect(volumeMounts[0]?.mountPath).toBe(/GATEHOUSE_HOME=(\S+)/.exec(dockerfile)?.[1]);
    expect(ports[0].containerPort).toBe(Number(/PORT=(\d+)/.exec(dockerfile)?.[1]));
    expect(one('Service')).toMatchObject({ spec: { type: 'ClusterIP', selector: spec.selector.matchLabels } });
    expect(one('NetworkPolicy')).toMatchObject({ spec: { podSelector: { matchLabels: spec.selector.matchLabels } } });
  });

  it('defect 16: reads only, lets nobody in without a name, and holds no secret', () => {
    expect(one('ConfigMap')).toMatchObject({
      data: { LIGHT_DEVOPS_READ_ONLY: 'true', LIGHT_DEVOPS_ALLOW_PRODUCTION: 'false', AUTH_ALLOW_ANONYMOUS: 'false' },
    });
    expect(one('Secret')).toBeUndefined();
    expect(JSON.stringify(objects)).not.toMatch(/DESCOPE_ACCESS_KEY|DATADOG_A|GATEHOUSE_MCP_KEY/);
  });
});

describe.skipIf(!existsSync(join(root, 'dist', 'gatehouse.js')))('what the image would run', () => {
  let sandbox: Sandbox;
  let folder: string;
  const children: ChildProcess[] = [];
  beforeAll(async () => {
    sandbox = await startSandbox();
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-image-'));
    cpSync(join(root, 'dist'), join(folder, 'dist'), { recursive: true });
  });
  afterAll(async () => {
    for (const child of children) child.kill('SIGTERM');
    await sandbox.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const run = (command: readonly string[], env: Record<string, string>) => {
    // As in the image, but for the address: tests listen on this machine alone.
    const [, ...given] = command;
    const args = withKey(env) ? given.map(one => (one === '0.0.0.0' ? '127.0.0.1' : one)) : given;
    const child = spawn(process.execPath, args, {
      cwd: folder,
      env: { ...standaloneEnvironment(sandbox), GATEHOUSE_HOME: join(folder, 'state'), ...env },
    });
    children.push(child);
    const said = { err: '' };
    child.stderr.on('data', chunk => {
      said.err += chunk;
    });
    return { child, said, ended: new Promise<number | null>(done => child.once('close', done)) };
  };

  it('starts from dist alone, is well by the health check, and ends when told', { timeout: 30_000 }, async () => {
    const port = String(20_000 + (process.pid % 20_000));
    const server = run(execForm('ENTRYPOINT'), { PORT: port, GATEHOUSE_MCP_KEY: 'a-key-of-the-test' });
    for (const end = Date.now() + 15_000; !server.said.err.includes('listening'); ) {
      if (Date.now() > end || server.child.exitCode !== null) throw new Error(server.said.err);
      await new Promise(resolve => setTimeout(resolve, 20));
    }
    expect(server.said.err).toContain(`127.0.0.1:${port}`);
    expect(await run(execForm('HEALTHCHECK'), { PORT: port }).ended).toBe(0);
    server.child.kill('SIGTERM');
    expect(await server.ended).toBe(0);
    expect(await run(execForm('HEALTHCHECK'), { PORT: port }).ended).toBe(1);
  });

  it('does not start without a key', { timeout: 30_000 }, async () => {
    const { ended, said } = run(execForm('ENTRYPOINT'), { PORT: '0' });
    expect(await ended).toBe(1);
    expect(said.err).toContain('GATEHOUSE_MCP_KEY');
  });
});
