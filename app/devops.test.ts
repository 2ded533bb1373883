import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ResourceUpdatedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startSandbox } from '../mcp/devops/sandbox/index.ts';
import { eventually, type Link, type Message, modern, runtime, startHost, type TestHost } from './testing/index.ts';
import { filesBelow } from './testing/programs.ts';

const ID = 'devops/acme';
const CHECKOUT = 'light-devops://logs?service=checkout';
const ORDERS = 'light-devops://logs?service=orders';
const UPDATED = 'notifications/resources/updated';

let sandbox: Awaited<ReturnType<typeof startSandbox>>;
let host: TestHost;
const links: Link[] = [];
const looks = (): number => sandbox.requests.filter(({ path }) => path.endsWith('/search')).length;
const toldTo = (link: Link): readonly unknown[] =>
  link.received.filter(({ method }) => method === UPDATED).map(({ params }) => (params as Message).uri);

beforeAll(async () => {
  sandbox = await startSandbox();
  host = await startHost({
    runtime: { ...runtime, server: join(import.meta.dirname, '..', 'mcp', 'devops', 'quick.fixture.ts') },
  });
  const credential = sandbox.credentials.find(({ label }) => label === 'prod');
  await host.window('connections.add', {
    backend: 'devops',
    name: 'acme',
    settings: { ...credential?.settings },
    secrets: { ...credential?.secrets },
  });
});
afterAll(async () => {
  for (const link of links) link.close();
  await host[Symbol.asyncDispose]();
  await sandbox.close();
});

async function linked(client: string): Promise<Link> {
  const link = await host.link(ID, client);
  links.push(link);
  return link;
}

describe('subscriptions to logs through the gateway', () => {
  it('reach those who asked, in either era, and nobody else', { timeout: 60_000 }, async () => {
    const [old, young, idle] = [await linked('old'), await linked('young'), await linked('idle')];
    const { result } = await old.initialize();
    expect(result).toMatchObject({ capabilities: { resources: { subscribe: true } } });
    await idle.initialize();
    expect(await old.request('resources/templates/list')).toMatchObject({
      result: {
        resourceTemplates: [
          { uriTemplate: expect.stringContaining('logs{?') },
          { uriTemplate: expect.stringContaining('metrics{?') },
        ],
      },
    });
    expect(await old.request('resources/subscribe', { uri: CHECKOUT })).toMatchObject({ result: {} });
    // Only the server knows which filters there are.
    for (const uri of [`${CHECKOUT}&level=LOUD`, `${CHECKOUT}&color=red`, 'light-devops://nothing'])
      expect(await old.request('resources/subscribe', { uri })).toMatchObject({ error: { code: -32002 } });
    const listen = {
      notifications: { toolsListChanged: true, resourceSubscriptions: [ORDERS, `${ORDERS}&level=LOUD`] },
      ...modern(),
    };
    young.send({ id: 'tail', method: 'subscriptions/listen', params: listen });
    const { params } = await young.find(({ method }) => method === 'notifications/subscriptions/acknowledged');
    expect(params).toMatchObject({ notifications: { toolsListChanged: true, resourceSubscriptions: [ORDERS] } });
    const before = looks();
    await eventually(() => looks() >= before + 2, 15_000);
    await sleep(300);
    sandbox.writeLog('checkout', 'one');
    await old.find(({ method }) => method === UPDATED);
    expect([toldTo(old), toldTo(young)]).toEqual([[CHECKOUT], []]);
    const written = (await host.window('audit.list', { limit: 100 })).map(({ client, tool, action, outcome }) => [
      client,
      tool,
      action,
      outcome,
    ]);
    expect(written).toEqual(
      expect.arrayContaining([
        ['old', 'resources/subscribe', CHECKOUT, 'ok'],
        ['old', 'resources/subscribe', `${CHECKOUT}&color=red`, 'refused'],
        ['young', 'subscriptions/listen', ORDERS, 'ok'],
      ]),
    );
    sandbox.writeLog('orders', 'two');
    const notice = await young.find(({ method }) => method === UPDATED);
    expect(notice.params).toMatchObject({ uri: ORDERS, _meta: { 'io.modelcontextprotocol/subscriptionId': 'tail' } });
    expect([toldTo(old), toldTo(idle)]).toEqual([[CHECKOUT], []]);
  });

  it('reach clients of the 2025 era over HTTP on their stream, and end with it', { timeout: 60_000 }, async () => {
    await host.window('settings.set', { name: 'mcpEndpoint', value: true });
    const { origin } = await host.openWindow(0);
    const key = readFileSync(join(host.home, 'keys', 'client-terminal.key'), 'utf8').trim();
    const requestInit = { headers: { authorization: `Bearer ${key}` } };
    const client = new Client({ name: 'http', version: '1' });
    const told: string[] = [];
    client.setNotificationHandler(ResourceUpdatedNotificationSchema, ({ params }) => void told.push(params.uri));
    const transport = new StreamableHTTPClientTransport(new URL(`${origin}/mcp/${ID}`), { requestInit });
    await client.connect(transport);
    expect(client.getServerCapabilities()?.resources).toMatchObject({ subscribe: true });
    const uri = 'light-devops://logs?service=payments';
    await client.subscribeResource({ uri });
    const before = looks();
    await eventually(() => looks() >= before + 3, 15_000);
    sandbox.writeLog('payments', 'refund');
    await eventually(() => told.length > 0);
    expect(told).toEqual([uri]);
    await client.close();
    await sleep(300);
    const payments = () =>
      sandbox.requests.filter(({ body }) => JSON.stringify(body ?? {}).includes('payments')).length;
    const after = payments();
    await sleep(1_000);
    expect(payments()).toBe(after);
  });

  it('go on after the server died, and end with the session', { timeout: 60_000 }, async () => {
    const { server } = host.parts.fleet.of(host.parts.connections.get(ID).uuid);
    const { pid } = server;
    if (pid === undefined) throw new Error('The server does not run.');
    process.kill(pid, 'SIGKILL');
    await eventually(() => server.pid !== undefined && server.pid !== pid, 15_000);
    const [old, young] = links;
    const before = looks();
    // The first look after a sign-in is what later ones are compared with.
    await eventually(() => looks() >= before + 3, 15_000);
    await sleep(300);
    sandbox.writeLog('checkout', 'three');
    await eventually(() => old !== undefined && toldTo(old).length > 1, 15_000);
    for (const link of [old, young]) link?.close();
    await sleep(300);
    const after = looks();
    await sleep(1_000);
    expect(looks()).toBe(after);
  });

  it('are refused to who may not read unasked, with the reason, and to who asks for what does not exist', async () => {
    for (const [verdict, code] of [
      ['deny', 'GH_DENIED'],
      ['ask', 'GH_WATCH_ASKS'],
    ] as const) {
      await host.window('grants.set', { id: ID, client: verdict, effect: 'read', verdict });
      const link = await linked(verdict);
      await link.initialize();
      const refusal = { code, message: expect.stringContaining('every read'), hint: expect.stringContaining('person') };
      expect(await link.request('resources/subscribe', { uri: CHECKOUT })).toMatchObject({
        error: { code: -32000, data: refusal },
      });
      const listen = { notifications: { resourceSubscriptions: [ORDERS] }, ...modern() };
      link.send({ id: 'no', method: 'subscriptions/listen', params: listen });
      const { params } = await link.find(({ method }) => method === 'notifications/subscriptions/acknowledged');
      expect(params).toEqual({
        notifications: {},
        _meta: expect.objectContaining({ 'io.gatehouse/notWatched': [{ uri: ORDERS, ...refusal }] }),
      });
      const [written] = await host.window('audit.list', { facets: { client: verdict }, limit: 1 });
      expect(written).toMatchObject({ tool: 'subscriptions/listen', action: ORDERS, outcome: 'refused', code });
    }
  });

  it('leave places for others: one client has half of them, on however many links', async () => {
    const [greedy, also, other] = [await linked('greedy'), await linked('greedy'), await linked('other')];
    const uri = (n: number): string => `light-devops://logs?limit=${n}`;
    for (const link of [greedy, also, other]) await link.initialize();
    for (let n = 1; n <= 8; n++)
      expect(await greedy.request('resources/subscribe', { uri: uri(n) })).toHaveProperty('result');
    const listen = { notifications: { resourceSubscriptions: [uri(8), uri(9), uri(10), uri(11)] }, ...modern() };
    also.send({ id: 'more', method: 'subscriptions/listen', params: listen });
    const { params } = await also.find(({ method }) => method === 'notifications/subscriptions/acknowledged');
    expect(params).toMatchObject({
      notifications: { resourceSubscriptions: [uri(8), uri(9), uri(10)] },
      _meta: { 'io.gatehouse/notWatched': [{ uri: uri(11), code: 'GH_WATCH_FULL' }] },
    });
    expect(await greedy.request('resources/subscribe', { uri: uri(12) })).toMatchObject({
      error: { data: { code: 'GH_WATCH_FULL', hint: expect.stringContaining('End another') } },
    });
    expect(await greedy.request('resources/subscribe', { uri: uri(9) })).toHaveProperty('result');
    expect(await other.request('resources/subscribe', { uri: uri(12) })).toHaveProperty('result');
    also.close();
    await eventually(async () => 'result' in (await greedy.request('resources/subscribe', { uri: uri(13) })));
  });

  it('end when a person wants to be asked, and go on when they no longer do', { timeout: 30_000 }, async () => {
    const link = await linked('narrowed');
    await link.initialize();
    const uri = 'light-devops://logs?service=narrowed';
    const seen = () => sandbox.requests.filter(({ body }) => JSON.stringify(body ?? {}).includes('narrowed')).length;
    const set = (verdict: 'ask' | 'allow') =>
      host.window('grants.set', { id: ID, client: 'narrowed', effect: 'read', verdict });
    expect(await link.request('resources/subscribe', { uri })).toHaveProperty('result');
    await eventually(() => seen() > 1);
    await set('ask');
    await sleep(300);
    const before = seen();
    await sleep(1_000);
    expect(seen()).toBe(before);
    await set('allow');
    await eventually(() => seen() > before);
  });

  it('ask the vendor nothing while everything is paused; afterwards clients look again', {
    timeout: 30_000,
  }, async () => {
    const link = await linked('patient');
    await link.initialize();
    const uri = 'light-devops://logs?service=patient';
    await link.request('resources/subscribe', { uri });
    const first = looks();
    await eventually(() => looks() > first);
    await host.window('pause', {});
    await sleep(300);
    const before = looks();
    await sleep(1_000);
    expect([looks(), toldTo(link)]).toEqual([before, []]);
    await host.window('resume', {});
    await eventually(() => looks() > before && toldTo(link).length > 0);
    expect(toldTo(link)).toEqual([uri]);
  });
});

describe('a connection without a credential', () => {
  it('sends a person to Descope at its first call, and keeps the token in the vault when they agree', async () => {
    const pages: string[] = [];
    await using asking = await startHost({ openPage: url => void pages.push(url) });
    const { settings } = sandbox.credentials.find(({ label }) => label === 'prod') ?? {};
    await asking.window('connections.add', { backend: 'devops', name: 'new', settings: { ...settings }, secrets: {} });
    const link = await asking.link('devops/new');
    await link.initialize();
    const answer = link.request('tools/call', { name: 'getMcpResourcesMetrics', arguments: {} });
    const first = await eventually(() => pages[0]);
    const { origin } = new URL(first);
    const cookie = ((await fetch(first)).headers.get('set-cookie') ?? '').split(';', 1).join('');
    const text = async (address: string | URL) =>
      (await (await fetch(address, { headers: { cookie } })).text()).replaceAll('&amp;', '&');
    const [, away = ''] = /href="([^"]+)"/.exec(await text(`${origin}/auth`)) ?? [];
    const [, decide = ''] = /href="([^"]+person=two-tenants[^"]+)"/.exec(await text(away)) ?? [];
    const back = (await fetch(new URL(decide, away), { redirect: 'manual' })).headers.get('location') ?? '';
    await fetch(back);
    const form = await text(`${origin}/auth/arrived`);
    const [, word = ''] = /name="word" value="([\w-]+)"/.exec(form) ?? [];
    const body = new URLSearchParams({ word, tenant: 'T2other', keep: 'yes' });
    expect((await fetch(`${origin}/auth/submit`, { method: 'POST', headers: { cookie, origin }, body })).status).toBe(
      200,
    );
    expect(await answer).toMatchObject({ result: { structuredContent: { success: true } } });
    // A new server has nothing but what the vault keeps.
    await asking.window('connections.restart', { id: 'devops/new' });
    expect(await asking.window('connections.test', { id: 'devops/new' })).toMatchObject({ ok: true });
    expect(pages).toHaveLength(1);
    const open = [...filesBelow(asking.home)].filter(([, bytes]) => bytes.includes('eyJhbGciOi'));
    expect(open.map(([file]) => file)).toEqual([]);
    link.close();
  });
});
