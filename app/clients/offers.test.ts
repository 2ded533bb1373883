import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, it } from 'vitest';
import { LAUNCHER, scratch } from './scratch.fixture.ts';

const launcher = { command: '/Users/José+Ana/Gate house/node', args: ['/ü/bridge.js?>', '--home', '/h'] };
const args = (client: string) => [...launcher.args, 'dpod/acme', '--client', client];

describe('install links', () => {
  it('of Cursor decode to the name and the inner entry', () => {
    using given = scratch({ launcher });
    const link = new URL(given.clients.link('cursor', 'dpod/acme'));
    expect([link.protocol, link.host, link.pathname]).toEqual(['cursor:', 'anysphere.cursor-deeplink', '/mcp/install']);
    expect(link.searchParams.get('name')).toBe('dpod-acme');
    const config = Buffer.from(link.searchParams.get('config') ?? '', 'base64').toString('utf8');
    expect(JSON.parse(config)).toEqual({ command: launcher.command, args: args('cursor') });
    expect(link.search.slice(1)).toMatch(/^[A-Za-z0-9%=&-]*$/);
  });

  it.each(['vscode', 'vscode-insiders'])('of %s decode to the entry with its name', client => {
    using given = scratch({ launcher });
    const link = given.clients.link(client, 'dpod/acme');
    const [, scheme, payload = ''] = /^([a-z-]+):mcp\/install\?(.*)$/.exec(link) ?? [];
    expect(scheme).toBe(client);
    expect(JSON.parse(decodeURIComponent(payload))).toEqual({
      name: 'dpod-acme',
      type: 'stdio',
      command: launcher.command,
      args: args(client),
    });
  });

  it('are refused where there are none, and where Windows would cut them', () => {
    using given = scratch();
    expect(() => given.clients.link('gemini-cli', 'a/b')).toThrow(
      expect.objectContaining({ code: 'GH_CLIENT_NO_LINK' }),
    );
    const long = given.again({ launcher: { command: `/${'x'.repeat(3_000)}`, args: [] } });
    expect(() => long.link('cursor', 'a/b')).toThrow('more than the 2000');
  });
});

describe('the bundle for Claude Desktop', () => {
  it('is accepted by its own validator, unpacks, and starts our bridge', async () => {
    using given = scratch({ launcher: LAUNCHER });
    const { name, bytes } = given.clients.bundle('dpod/acme');
    expect(name).toBe('gatehouse-dpod-acme.mcpb');
    const files = unzipSync(bytes);
    expect(Object.keys(files)).toEqual(['manifest.json', 'server/index.js']);
    const manifest = JSON.parse(strFromU8(files['manifest.json'] ?? new Uint8Array())) as Record<string, unknown>;
    const { v0_3, getMcpConfigForManifest } = await import('@anthropic-ai/mcpb').then(async library => ({
      v0_3: library.v0_3,
      getMcpConfigForManifest: library.getMcpConfigForManifest,
    }));
    const parsed = v0_3.McpbManifestSchema.parse(manifest);
    const config = await getMcpConfigForManifest({
      manifest: parsed,
      extensionPath: '/ext',
      systemDirs: {},
      userConfig: {},
      pathSeparator: '/',
    });
    expect(config).toMatchObject({
      command: LAUNCHER.command,
      args: [...LAUNCHER.args, 'dpod/acme', '--client', 'claude-desktop'],
    });

    const folder = mkdtempSync(join(tmpdir(), 'gatehouse-bundle-'));
    try {
      const file = join(folder, name);
      writeFileSync(file, bytes);
      const cli = join(dirname(createRequire(import.meta.url).resolve('@anthropic-ai/mcpb')), 'cli', 'cli.js');
      const mcpb = (...given: string[]): string =>
        execFileSync(process.execPath, [cli, ...given], { cwd: folder, encoding: 'utf8', stdio: 'pipe' });
      mcpb('unpack', file, join(folder, 'unpacked'));
      expect(mcpb('validate', join(folder, 'unpacked', 'manifest.json'))).toMatch(/passes|valid/i);
      expect(readFileSync(join(folder, 'unpacked', 'server', 'index.js'), 'utf8')).toContain(LAUNCHER.command);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('has an entry point that runs the same command', () => {
    const echo = { command: process.execPath, args: ['-e', 'console.log(process.argv.slice(1).join())', '--', 'x'] };
    using given = scratch({ launcher: echo });
    const entry = unzipSync(given.clients.bundle('dpod/acme').bytes)['server/index.js'] ?? new Uint8Array();
    const answer = execFileSync(process.execPath, ['-e', strFromU8(entry)], { encoding: 'utf8' });
    expect(answer.trim()).toBe('x,dpod/acme,--client,claude-desktop');
  });

  it('has the same bytes for the same input, whatever the time zone', () => {
    using given = scratch();
    const zone = process.env.TZ;
    try {
      const bundles = ['UTC', 'Pacific/Auckland', 'America/Los_Angeles'].map(tz => {
        process.env.TZ = tz;
        return Buffer.from(given.again({}).bundle('dpod/acme').bytes).toString('hex');
      });
      expect(new Set(bundles).size).toBe(1);
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });

  it('refuses values that Claude Desktop would replace', () => {
    using given = scratch({ launcher: { command: `/\${HOME}/node`, args: [] } });
    expect(() => given.clients.bundle('a/b')).toThrow(expect.objectContaining({ code: 'GH_CLIENT_UNSAFE_VALUE' }));
  });
});
