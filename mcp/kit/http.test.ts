import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, it } from 'vitest';
import { createHttpClient, type Http, type HttpDeps } from './http.ts';
import { createLimiter } from './limiter.ts';

/** A vendor that answers as the test says, one handler for each request, the last one for all that follow. */
type Handler = (request: IncomingMessage, response: ServerResponse) => void;
const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

async function vendor(...handlers: Handler[]) {
  const seen: { method: string; url: string; headers: IncomingMessage['headers'] }[] = [];
  const server = createServer((request, response) => {
    seen.push({ method: request.method ?? '', url: request.url ?? '', headers: request.headers });
    (handlers[seen.length - 1] ?? handlers.at(-1))?.(request, response);
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  closers.push(() => {
    server.closeAllConnections();
    server.close();
  });
  return { seen, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
}
const says =
  (status: number, body = '{}', headers: Record<string, string> = {}): Handler =>
  (_request, response) =>
    void response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body);

function client(url: string, over: Partial<HttpDeps> = {}, call: { signal?: AbortSignal; withinMs?: number } = {}) {
  const health: string[] = [];
  const made = createHttpClient({
    baseUrl: url,
    authorizer: undefined,
    limiter: createLimiter({ concurrency: 8, now: Date.now }),
    userAgent: 'test',
    secrets: () => ['canary-secret'],
    now: Date.now,
    onHealth: ({ breaker }) => void health.push(breaker),
    log: () => undefined,
    backoffMs: 5,
    ...over,
  });
  const bind = (): Http =>
    made.bind({
      signal: call.signal ?? new AbortController().signal,
      deadline: Date.now() + (call.withinMs ?? 20_000),
      trace: { demo: false, requestId: undefined },
    });
  return { health, made, http: bind() };
}
const get = { path: '/x', purpose: 'Reading' };
const post = { ...get, method: 'POST', json: {} } as const;

it.each([429, 502, 503, 504])('a read that was answered %i is repeated', async status => {
  const { url, seen } = await vendor(says(status), says(200, '{"ok":true}'));
  expect((await client(url).http.send(get)).json()).toEqual({ ok: true });
  expect(seen).toHaveLength(2);
});

it.each([500, 502, 503, 504])('a change that was answered %i is not', async status => {
  const { url, seen } = await vendor(says(status, '{"message":"canary-secret broke"}'));
  await expect(client(url).http.send(post)).rejects.toMatchObject({
    code: 'GH_OUTCOME_UNKNOWN',
    status,
    details: expect.not.stringContaining('canary'),
  });
  expect(seen).toHaveLength(1);
});

it('a change whose link broke is not, and its outcome is unknown', async () => {
  const { url, seen } = await vendor((_request, response) => response.destroy());
  await expect(client(url).http.send(post)).rejects.toMatchObject({ code: 'GH_OUTCOME_UNKNOWN' });
  expect(seen).toHaveLength(1);
});

it('Retry-After is waited for, as seconds and as a date, but not beyond the deadline', async () => {
  // A date has whole seconds: two from now are at least one.
  for (const value of [() => '1', () => new Date(Date.now() + 2_000).toUTCString()]) {
    const { url } = await vendor(says(503, '{}', { 'retry-after': value() }), says(200));
    const began = Date.now();
    await client(url).http.send(get);
    expect(Date.now() - began).toBeGreaterThan(900);
  }
  const { url, seen } = await vendor(says(429, '{}', { 'retry-after': '600' }));
  await expect(client(url, {}, { withinMs: 3_000 }).http.send(get)).rejects.toMatchObject({
    code: 'GH_VENDOR_RATE',
    message: expect.stringContaining('600 s'),
  });
  expect(seen).toHaveLength(1);
});

it.each([
  [400, 'GH_VENDOR_REFUSED'],
  [403, 'GH_VENDOR_SCOPE'],
  [404, 'GH_NOT_FOUND'],
  [409, 'GH_VENDOR_REFUSED'],
] as const)('%i is %s, at once, and never opens the breaker', async (status, code) => {
  const { url, seen } = await vendor(says(status, '{"message":"no"}'));
  const { http, made } = client(url);
  for (let n = 0; n < 12; n++)
    await expect(http.send(get)).rejects.toMatchObject({ code, status, details: '{"message":"no"}' });
  expect(seen).toHaveLength(12);
  expect(made.health()).toEqual({ breaker: 'closed' });
});

it('a vendor that keeps failing is left alone for a while, and that is reported', async () => {
  const { url, seen } = await vendor(says(500));
  const { http, health } = client(url);
  for (let n = 0; n < 12; n++) await expect(http.send(get)).rejects.toMatchObject({ code: 'GH_VENDOR_DOWN' });
  expect(seen).toHaveLength(8);
  expect(health).toEqual(['open']);
});

it('a cancelled call closes its request at the vendor', async () => {
  let closed = false;
  const { url } = await vendor((request, _response) => void request.on('close', () => (closed = true)));
  const stop = new AbortController();
  const sending = client(url, {}, { signal: stop.signal }).http.send(get);
  await sleep(50);
  stop.abort();
  await expect(sending).rejects.toMatchObject({ code: 'GH_CANCELLED' });
  await sleep(50);
  expect(closed).toBe(true);
});

it('a vendor that does not answer is given up on', async () => {
  const { url } = await vendor(() => undefined);
  await expect(client(url, {}, { withinMs: 1_200 }).http.send({ ...get, timeoutMs: 60 })).rejects.toMatchObject({
    code: 'GH_VENDOR_DOWN',
    message: expect.stringContaining('no answer in time'),
  });
});

it('an answer that is no JSON, an HTML page, one that breaks off and one that is too large are told apart', async () => {
  const cases: [Handler, object][] = [
    [says(200, 'surprise'), { code: 'GH_VENDOR_ANSWER', details: 'surprise' }],
    [
      says(200, '<!doctype html><title>Maintenance</title>', { 'content-type': 'text/html' }),
      { code: 'GH_VENDOR_ANSWER', details: 'an HTML page: Maintenance' },
    ],
  ];
  for (const [handler, expected] of cases) {
    const { url } = await vendor(handler);
    const answer = await client(url).http.send(get);
    expect(() => answer.json()).toThrow(expect.objectContaining(expected));
  }
  const broken = await vendor((_request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('{"a":');
    setTimeout(() => response.destroy(), 20);
  });
  await expect(client(broken.url).http.send(get)).rejects.toMatchObject({ code: 'GH_VENDOR_ANSWER' });
  const huge = await vendor(says(200, `"${'x'.repeat(200_000)}"`));
  await expect(client(huge.url).http.send({ ...get, maxBytes: 1_000 })).rejects.toMatchObject({ code: 'GH_TOO_LARGE' });
});

it('nothing is sent to another host, over plain http, or after a redirect', async () => {
  const { url, seen } = await vendor(says(302, '', { location: 'https://elsewhere.test/' }));
  const { http } = client(url);
  for (const path of [
    'https://elsewhere.test/x',
    'http://elsewhere.test/x',
    'file:///etc/passwd',
    'http://user:pw@127.0.0.1/x',
  ])
    await expect(http.send({ ...get, path })).rejects.toMatchObject({ code: 'GH_VENDOR_ANSWER' });
  expect(seen).toHaveLength(0);
  await expect(http.send(get)).rejects.toMatchObject({ status: 302 });
  expect(seen).toHaveLength(1);
  // A vendor on the internet cannot point us at this computer.
  await expect(
    client('https://vendor.test').http.send({ ...get, path: `${url}/x`, signed: true, authorized: false }),
  ).rejects.toMatchObject({ code: 'GH_VENDOR_ANSWER' });
});

it('the proof goes to the vendor alone; 401 renews it once', async () => {
  let number = 1;
  const authorizer = {
    headers: async () => ({ headers: { authorization: `Bearer token-${number}` }, refused: () => void number++ }),
  };
  const { url, seen } = await vendor(says(401), says(200), says(401), says(401));
  const { http } = client(url, { authorizer });
  await http.send(post);
  expect(seen.map(({ headers }) => headers.authorization)).toEqual(['Bearer token-1', 'Bearer token-2']);
  await expect(http.send(get)).rejects.toMatchObject({ code: 'GH_SIGN_IN', status: 401 });
  expect(seen).toHaveLength(4);
  await http.send({ ...get, authorized: false, accept: [401] });
  expect(seen.at(-1)?.headers.authorization).toBeUndefined();
});
