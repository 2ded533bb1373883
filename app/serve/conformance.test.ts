import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type Server, request as send } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startHost, type TestHost } from '../testing/index.ts';

/**
 * The official conformance suite against the loopback endpoint. What may fail, and why:
 *   tools-call-with-logging                   a server's log goes to Gatehouse's own log, not to the assistant (mcp.md §3.6)
 *   tools-call-sampling                       an assistant's model is not lent to servers (mcp.md §3.5)
 *   input-required-result-capability-check    the same: `sampling` is not declared towards a child
 */
const EXCEPTIONS: Readonly<Record<string, readonly string[]>> = {
  '2025-11-25': ['tools-call-sampling', 'tools-call-with-logging'],
  '2026-07-28': ['input-required-result-capability-check'],
};

let host: TestHost;
let proxy: Server;
let url = '';
beforeAll(async () => {
  host = await startHost();
  const id = await host.custom('everything', 'conformance-server');
  await host.window('settings.set', { name: 'mcpEndpoint', value: true });
  const { origin } = await host.openWindow(0);
  const key = readFileSync(join(host.home, 'keys', 'client-terminal.key'), 'utf8').trim();
  const { hostname, port } = new URL(origin);
  // The suite cannot send a key; everything else, Host and Origin too, goes through as it is.
  proxy = createServer((request, response) => {
    const headers = { ...request.headers, authorization: `Bearer ${key}` };
    const onward = send({ hostname, port, path: `/mcp/${id}`, method: request.method, headers }, answer => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(response);
    });
    request.pipe(onward);
    response.on('close', () => onward.destroy());
    onward.on('error', () => response.destroy());
  });
  await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/mcp`;
});
afterAll(async () => {
  proxy.closeAllConnections();
  proxy.close();
  await host[Symbol.asyncDispose]();
});

it.each(Object.keys(EXCEPTIONS))('the endpoint conforms to %s', { timeout: 180_000 }, async revision => {
  const suite = join(import.meta.dirname, '../../node_modules/@modelcontextprotocol/conformance/dist/index.js');
  const args = [suite, 'server', '--url', url, '--requirements', revision];
  const told = await new Promise<string>(resolve =>
    execFile(process.execPath, args, { maxBuffer: 64 * 1_048_576 }, (_error, stdout, stderr) =>
      resolve(stdout + stderr),
    ),
  );
  const [scored = '', rest = ''] = told.slice(told.lastIndexOf('=== SUMMARY ===')).split('Not scored for');
  const names = (text: string, mark: string): string[] =>
    [...text.matchAll(new RegExp(`^\\s*${mark} ([a-z0-9-]+)`, 'gm'))].map(match => match[1] ?? '');
  const unscored = new Set([...names(rest, '✗'), ...names(rest, '✓')]);
  expect(names(scored, '✓').length, told.slice(-2_000)).toBeGreaterThan(20);
  expect(
    names(scored, '✗')
      .filter(name => !unscored.has(name))
      .sort(),
  ).toEqual(EXCEPTIONS[revision]);
});
