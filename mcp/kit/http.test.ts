import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { Health } from './control.ts';
import { createHttpClient, type Http, type HttpDeps, type Trace } from './http.ts';
import { createLimiter } from './limiter.ts';
import { jsonAnswer, Refusal, type Route, startSandboxServer } from './sandbox.ts';
import { createMemoryStore } from './shared-store.ts';

const THING = '/v1/thing';

const routes: readonly Route[] = [
  { method: 'GET', path: THING, handle: () => jsonAnswer(200, { thing: 1 }) },
  { method: 'POST', path: THING, handle: () => jsonAnswer(201, { made: true }) },
  {
    method: 'GET',
    path: '/v1/moved',
    handle: ({ headers }) => ({ status: 302, headers: { location: `http://${headers.host}${THING}` } }),
  },
  {
    method: 'GET',
    path: '/v1/guarded',
    handle: ({ headers }) => {
      if (headers.authorization !== 'Bearer good-token') throw new Refusal(401, 'no');
      return jsonAnswer(200, {});
    },
  },
];

async function started(changes: Partial<HttpDeps> = {}) {
  const vendor = await startSandboxServer({
    name: 'test',
    clock: { now: Date.now },
    routes: () => routes,
    refuse: refusal => jsonAnswer(refusal.status, { message: refusal.message }, refusal.headers),
  });
  return { vendor, ...client(vendor.url, changes), [Symbol.asyncDispose]: () => vendor.close() };
}

function client(baseUrl: string, changes: Partial<HttpDeps> = {}) {
  const logged: string[] = [];
  const healths: Health[] = [];
  const made = createHttpClient({
    baseUrl,
    authorizer: undefined,
    limiter: createLimiter({ concurrency: 8, now: Date.now }),
    userAgent: 'gatehouse/test',
    secrets: () => [],
    now: Date.now,
    onHealth: health => void healths.push(health),
    log: (_level, message, fields) => void logged.push(`${message} ${JSON.stringify(fields)}`),
    backoffMs: 2,
    store: createMemoryStore(Date.now),
    ...changes,
  });
  const trace: Trace = { demo: false, requestId: undefined };
  const bound = (signal = new AbortController().signal, withinMs = 20_000): Http =>
    made.bind({ signal, deadline: Date.now() + withinMs, trace });
  return {
    client: made,
    http: bound(),
    bound,
    trace,
    healths,
    logged,
    get: (path = THING) => bound().send({ path, purpose: 'Reading' }),
    post: () => bound().send({ method: 'POST', path: THING, json: { a: 1 }, purpose: 'Making' }),
  };
}

/** A vendor of which the test has every byte in its hands. */
async function rawVendor(listener: RequestListener) {
  const server = createServer(listener);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: () =>
      new Promise<void>(resolve => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

describe('repeating', () => {
  it.each([429, 502, 503, 504])('a read that is answered %i is repeated until it works', async status => {
    await using it = await started();
    it.vendor.faults.inject({ kind: 'status', status, times: 3 });
    expect((await it.get()).json()).toEqual({ thing: 1 });
    expect(it.vendor.requests.map(request => request.status)).toEqual([status, status, status, 200]);
  });

  it('a request may say how often it is tried, and after which further statuses', async () => {
    await using it = await started();
    const request = { path: THING, purpose: 'Reading' };
    it.vendor.faults.inject({ kind: 'status', status: 500 });
    expect((await it.bound().send({ ...request, repeatOn: [500] })).status).toBe(200);
    it.vendor.forgetRequests();
    it.vendor.faults.inject({ kind: 'status', status: 503, times: 'always' });
    await expect(it.bound().send({ ...request, tries: 1 })).rejects.toMatchObject({ code: 'GH_VENDOR_DOWN' });
    expect(it.vendor.requests).toHaveLength(1);
  });

  it.each(['before', 'midway', 'after'] as const)('a read whose link breaks (%s) is repeated', async when => {
    await using it = await started();
    it.vendor.faults.inject({ kind: 'reset', when, times: 2 });
    expect((await it.get()).json()).toEqual({ thing: 1 });
    expect(it.vendor.requests).toHaveLength(3);
  });

  it.each([
    [400, 'GH_VENDOR_REFUSED', 1],
    [401, 'GH_SIGN_IN', 1],
    [403, 'GH_VENDOR_SCOPE', 1],
    [404, 'GH_NOT_FOUND', 1],
    [409, 'GH_VENDOR_REFUSED', 1],
    [429, 'GH_VENDOR_RATE', 4],
    [500, 'GH_VENDOR_DOWN', 1],
    [503, 'GH_VENDOR_DOWN', 4],
  ] as const)('a read that is always answered %i ends as %s after %i tries', async (status, code, tries) => {
    await using it = await started();
    it.vendor.faults.inject({ kind: 'status', status, times: 'always' });
    await expect(it.get()).rejects.toMatchObject({ code, status, details: expect.stringContaining('Injected') });
    expect(it.vendor.requests).toHaveLength(tries);
  });

  it.each([
    { kind: 'status', status: 500 },
    { kind: 'status', status: 502 },
    { kind: 'status', status: 503 },
    { kind: 'html' },
    { kind: 'reset', when: 'before' },
    { kind: 'reset', when: 'midway' },
    { kind: 'reset', when: 'after' },
  ] as const)('a change is sent once when it fails as $kind $status $when', async fault => {
    await using it = await started();
    it.vendor.faults.inject({ ...fault, times: 'always' });
    await expect(it.post()).rejects.toMatchObject({ code: 'GH_OUTCOME_UNKNOWN' });
    expect(it.vendor.requests).toHaveLength(1);
  });

  it('a change that is turned away with 429 is repeated', async () => {
    await using it = await started();
    it.vendor.faults.inject({ kind: 'status', status: 429, times: 2 });
    expect((await it.post()).json()).toEqual({ made: true });
    expect(it.vendor.requests.map(({ body }) => body)).toEqual([{ a: 1 }, { a: 1 }, { a: 1 }]);
  });

  it('a change that never reached the vendor is not called unknown', async () => {
    const vendor = await rawVendor(() => undefined);
    await vendor[Symbol.asyncDispose]();
    await expect(client(vendor.url).post()).rejects.toMatchObject({ code: 'GH_VENDOR_DOWN' });
  });

  it('a change that does no harm twice is repeated like a read', async () => {
    await using it = await started();
    it.vendor.faults.inject({ kind: 'status', status: 503 });
    const answer = await it.http.send({
      method: 'POST',
      path: THING,
      form: { a: 'b' },
      harmless: true,
      purpose: 'Asking',
    });
    expect(answer.status).toBe(201);
    expect(it.vendor.requests.at(-1)?.headers['content-type']).toBe('application/x-www-form-urlencoded');
  });

  it('waits as long as Retry-After says, in seconds or as a date', async () => {
    for (const retryAfter of [() => 1, () => new Date(Date.now() + 2_000).toUTCString()]) {
      await using it = await started();
      it.vendor.faults.inject({ kind: 'status', status: 429, retryAfter: retryAfter() });
      const began = Date.now();
      await it.get();
      expect(Date.now() - began).toBeGreaterThan(900);
      expect(Date.now() - began).toBeLessThan(6_000);
    }
  });

  it('does not wait beyond the deadline, and says how long the vendor wants', async () => {
    await using it = await started();
    it.vendor.faults.inject({ kind: 'status', status: 429, retryAfter: 120 });
    const began = Date.now();
    await expect(it.get()).rejects.toMatchObject({
      code: 'GH_VENDOR_RATE',
      message: 'Reading: the vendor answered 429. It asks to wait 120 s.',
    });
    await expect(it.get()).rejects.toMatchObject({ code: 'GH_VENDOR_RATE' });
    expect(Date.now() - began).toBeLessThan(5_000);
    expect(it.vendor.requests).toHaveLength(1);
  });

  it('does not begin what has no time left', async () => {
    await using it = await started();
    await expect(it.bound(undefined, -1).send({ path: THING, purpose: 'Reading' })).rejects.toMatchObject({
      code: 'GH_VENDOR_RATE',
    });
    expect(it.vendor.requests).toEqual([]);
  });
});

describe('the breaker', () => {
  const down = { kind: 'status', status: 500, times: 'always' } as const;

  it('opens after 8 failures in a row, sends nothing for a while, and closes when the vendor is back', async () => {
    await using it = await started({ breaker: { failures: 8, openMs: 150, trials: 1 } });
    it.vendor.faults.inject(down);
    for (let turn = 0; turn < 8; turn++) await expect(it.get()).rejects.toMatchObject({ code: 'GH_VENDOR_DOWN' });
    expect(it.client.health()).toEqual({ breaker: 'open' });
    await expect(it.get()).rejects.toMatchObject({ message: expect.stringContaining('8 times in a row') });
    expect(it.vendor.requests).toHaveLength(8);
    await sleep(160);
    await expect(it.get()).rejects.toMatchObject({ code: 'GH_VENDOR_DOWN', status: 500 });
    expect(it.client.health()).toEqual({ breaker: 'open' });
    it.vendor.faults.clear();
    await sleep(160);
    await it.get();
    expect(it.client.health()).toEqual({ breaker: 'closed' });
    expect(it.healths.map(({ breaker }) => breaker)).toEqual(['open', 'half-open', 'open', 'half-open', 'closed']);
  });

  it('is not opened by refusals, and a success in between starts the count anew', async () => {
    await using it = await started();
    for (const status of [400, 401, 403, 404, 409, 422]) {
      it.vendor.faults.inject({ kind: 'status', status, times: 4 });
      for (let turn = 0; turn < 4; turn++) await expect(it.get()).rejects.toMatchObject({ status });
    }
    for (let round = 0; round < 3; round++) {
      it.vendor.faults.inject({ ...down, times: 6 });
      for (let turn = 0; turn < 6; turn++) await expect(it.get()).rejects.toMatchObject({ status: 500 });
      await it.get();
    }
    expect(it.healths).toEqual([]);
  });

  it('recovers also when the first request afterwards needs a new token from the same host', async () => {
    const tokens: string[] = ['good-token'];
    await using it = await started({
      breaker: { failures: 8, openMs: 50, trials: 1 },
      authorizer: {
        async headers() {
          if (tokens.length === 0) {
            await it.http.send({ method: 'POST', path: THING, authorized: false, harmless: true, purpose: 'A token' });
            tokens.push('good-token');
          }
          return { headers: { authorization: `Bearer ${tokens[0]}` }, refused: () => void tokens.pop() };
        },
      },
    });
    it.vendor.faults.inject(down);
    for (let turn = 0; turn < 8; turn++) await expect(it.get()).rejects.toMatchObject({ status: 500 });
    it.vendor.faults.clear();
    tokens.pop();
    await sleep(60);
    expect((await it.get('/v1/guarded')).status).toBe(200);
  });

  it('does not count what the caller cancelled', async () => {
    await using it = await started();
    it.vendor.faults.inject({ kind: 'slow', delayMs: 5_000, times: 'always' });
    for (let turn = 0; turn < 10; turn++) {
      const controller = new AbortController();
      const call = it.bound(controller.signal).send({ path: THING, purpose: 'Reading' });
      setTimeout(() => controller.abort(), 5);
      await expect(call).rejects.toMatchObject({ code: 'GH_CANCELLED' });
    }
    expect(it.client.health().breaker).toBe('closed');
  });
});

describe('ending', () => {
  it('cancelling closes the connection at the vendor, while it thinks and while it answers', async () => {
    for (const begin of [false, true]) {
      let closed: (() => void) | undefined;
      const atVendor = new Promise<void>(resolve => {
        closed = resolve;
      });
      const arrived = Promise.withResolvers<void>();
      await using vendor = await rawVendor((_request, response) => {
        response.on('close', () => closed?.());
        if (begin) response.writeHead(200, { 'content-length': '100' }).write('begun');
        arrived.resolve();
      });
      const controller = new AbortController();
      const call = client(vendor.url).bound(controller.signal).send({ path: THING, purpose: 'Reading' });
      const refused = expect(call).rejects.toMatchObject({ code: 'GH_CANCELLED', message: 'Reading: cancelled.' });
      await arrived.promise;
      if (begin) await sleep(30);
      controller.abort();
      await refused;
      await atVendor;
    }
  });

  it('a cancelled change says that it may have been done', async () => {
    await using it = await started();
    it.vendor.faults.inject({ kind: 'slow', delayMs: 5_000 });
    const controller = new AbortController();
    const call = it.bound(controller.signal).send({ method: 'POST', path: THING, purpose: 'Making' });
    setTimeout(() => controller.abort(), 20);
    await expect(call).rejects.toMatchObject({
      code: 'GH_CANCELLED',
      message: 'Making: cancelled; it may have been done.',
    });
  });

  it('cancelling ends the pause before a repeat', async () => {
    await using it = await started({ backoffMs: 10_000 });
    it.vendor.faults.inject({ kind: 'status', status: 503 });
    const controller = new AbortController();
    const call = it.bound(controller.signal).send({ path: THING, purpose: 'Reading' });
    setTimeout(() => controller.abort(), 50);
    await expect(call).rejects.toMatchObject({ code: 'GH_CANCELLED' });
  });

  it('a vendor that does not answer in time is down for a read, and unclear for a change', async () => {
    await using it = await started({ timeoutMs: 30 });
    it.vendor.faults.inject({ kind: 'slow', delayMs: 500, times: 'always' });
    await expect(it.get()).rejects.toMatchObject({
      code: 'GH_VENDOR_DOWN',
      message: expect.stringContaining('no answer in time'),
    });
    await expect(it.post()).rejects.toMatchObject({ code: 'GH_OUTCOME_UNKNOWN' });
  });

  it('the deadline of the call ends a try as well', async () => {
    await using it = await started();
    it.vendor.faults.inject({ kind: 'slow', delayMs: 5_000 });
    const began = Date.now();
    await expect(it.bound(undefined, 80).send({ path: THING, purpose: 'Reading' })).rejects.toMatchObject({
      code: 'GH_VENDOR_DOWN',
    });
    expect(Date.now() - began).toBeLessThan(4_000);
  });

  it('a stream may take as long as its call, a plain answer only as long as one try', async () => {
    await using vendor = await rawVendor((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/plain' });
      let left = 6;
      const timer = setInterval(() => {
        response.write('x');
        left -= 1;
        if (left === 0) {
          clearInterval(timer);
          response.end();
        }
      }, 40);
    });
    const { bound } = client(vendor.url, { timeoutMs: 100 });
    const { body } = await bound().stream({ path: '/', purpose: 'Reading the file' });
    expect(await new Response(body).text()).toBe('xxxxxx');
    await expect(bound(undefined, 1_500).send({ path: '/', purpose: 'Reading' })).rejects.toMatchObject({
      code: 'GH_VENDOR_ANSWER',
    });
  });
});

describe('answers', () => {
  it('over the limit are refused', async () => {
    await using vendor = await rawVendor((_request, response) => void response.end(Buffer.alloc(3_000_000)));
    const { http } = client(vendor.url);
    await expect(http.send({ path: '/', maxBytes: 2 * 1024 * 1024, purpose: 'Reading' })).rejects.toMatchObject({
      code: 'GH_TOO_LARGE',
      message: 'Reading: the answer is over 2 MiB.',
    });
    expect((await http.send({ path: '/', purpose: 'Reading' })).bytes).toHaveLength(3_000_000);
  });

  it('that are a page of a gateway are told by their title, not by their text', async () => {
    await using it = await started();
    it.vendor.faults.inject({ kind: 'html', status: 404 }, { kind: 'html', status: 200 });
    await expect(it.get()).rejects.toMatchObject({ details: 'an HTML page: 404' });
    const answer = await it.get();
    expect(() => answer.json()).toThrow("Reading: the vendor's answer (status 200) is not JSON.");
  });

  it('that are cut off are no JSON', async () => {
    await using it = await started();
    it.vendor.faults.inject({ kind: 'truncated' });
    const answer = await it.get();
    expect(() => answer.json()).toThrow('is not JSON');
  });

  it('with an empty body are undefined, and accepted statuses are the caller’s', async () => {
    await using it = await started();
    it.vendor.faults.inject({ kind: 'empty', status: 202 }, { kind: 'status', status: 404 });
    expect((await it.get()).json()).toBeUndefined();
    expect((await it.http.send({ path: THING, accept: [404], purpose: 'Reading' })).status).toBe(404);
  });

  it('of a sandbox mark the call, and carry the vendor’s request id', async () => {
    await using it = await started();
    expect(it.client.sandbox).toBe(false);
    await it.get();
    expect(it.trace).toEqual({ demo: true, requestId: it.vendor.requests[0]?.requestId });
    expect(it.client.sandbox).toBe(true);
  });

  it('that hold a secret are masked', async () => {
    await using it = await started({ secrets: () => ['canary-secret'] });
    it.vendor.faults.inject({ kind: 'status', status: 400, body: '{"message":"canary-secret is wrong"}' });
    await expect(it.get()).rejects.toMatchObject({ details: '{"message":"••• is wrong"}' });
  });
});

describe('addresses', () => {
  it('a redirect is not followed', async () => {
    await using it = await started();
    await expect(it.get('/v1/moved')).rejects.toMatchObject({ code: 'GH_VENDOR_REFUSED', status: 302 });
    expect(it.vendor.requests).toHaveLength(1);
  });

  it.each([
    'http://api.vendor.test/x',
    'https://evil.test/x',
    'https://api.vendor.test.evil.test/x',
    'https://user:pass@api.vendor.test/x',
    'https://notvendor.test/x',
    'https://127.0.0.1/x',
    'http://localhost:1/x',
    'https://[::1]/x',
  ])('nothing is sent to %s, which is not the vendor', async path => {
    const { http } = client('https://api.vendor.test', { hosts: ['.files.vendor.test'] });
    await expect(http.send({ path, purpose: 'Reading' })).rejects.toMatchObject({
      code: 'GH_VENDOR_ANSWER',
      message: expect.stringContaining('nothing was sent'),
    });
    await expect(http.stream({ path, purpose: 'Reading' })).rejects.toMatchObject({ code: 'GH_VENDOR_ANSWER' });
  });

  it('a signed address may be any https host, but not this machine, and only without our authorization', async () => {
    const { http } = client('https://api.vendor.test', { timeoutMs: 1 });
    const send = (path: string, authorized: boolean) =>
      http.send({ path, signed: true, authorized, purpose: 'Reading the file' });
    for (const path of ['http://files.test/x', 'https://127.0.0.1/x', 'https://localhost/x'])
      await expect(send(path, false)).rejects.toMatchObject({ code: 'GH_VENDOR_ANSWER' });
    await expect(send('https://files.test/x', true)).rejects.toMatchObject({ code: 'GH_VENDOR_ANSWER' });
  });

  it('the bearer goes to the API alone', async () => {
    await using it = await started({
      authorizer: {
        headers: async () => ({ headers: { authorization: 'Bearer good-token' }, refused: () => undefined }),
      },
    });
    await it.get('/v1/guarded');
    await it.http.send({ path: THING, authorized: false, purpose: 'Public' });
    await it.http.send({ path: `${it.vendor.url}${THING}`, authorized: false, signed: true, purpose: 'Signed' });
    expect(it.vendor.requests.map(({ authorization }) => authorization)).toEqual(['present', 'absent', 'absent']);
    expect(it.logged.join()).not.toContain('good-token');
  });

  it('query values are escaped, repeated for lists, and left out when undefined', async () => {
    await using it = await started();
    await it.http.send({
      path: THING,
      query: { a: 'x&y=z', b: ['1', '2'], c: undefined, d: 0, e: false },
      purpose: 'Reading',
    });
    expect(it.vendor.requests[0]?.query).toEqual({ a: 'x&y=z', b: ['1', '2'], d: '0', e: 'false' });
  });
});

describe('proofs, files and the breaker', () => {
  it('a 401 that is not about the proof renews nothing', async () => {
    let refused = 0;
    const proof = {
      headers: { authorization: 'Bearer bad-token' },
      refused: () => void refused++,
      concerns: (answer: Headers) => !(answer.get('content-type') ?? '').includes('html'),
    };
    await using rig = await started({ authorizer: { headers: async () => proof } });
    rig.vendor.faults.inject({ kind: 'html', status: 401 });
    await expect(rig.http.send({ path: THING, purpose: 'Looking' })).rejects.toMatchObject({ code: 'GH_SIGN_IN' });
    expect(refused).toBe(0);
    await expect(rig.http.send({ path: '/v1/guarded', purpose: 'Looking' })).rejects.toMatchObject({ status: 401 });
    expect(refused).toBe(2);
  });

  it('a form with a file is sent as one, with its length', async () => {
    await using rig = await started();
    const multipart = new FormData();
    multipart.append('input_file', new Blob(['content']), 'a.txt');
    await rig.http.send({ method: 'POST', path: THING, multipart, purpose: 'Sending' });
    const [request] = rig.vendor.requests;
    expect(request?.headers['content-type']).toMatch(/^multipart\/form-data; boundary=/);
    expect(Number(request?.headers['content-length'])).toBeGreaterThan(7);
    expect(request?.body).toContain('filename="a.txt"');
  });

  it('a person closes the breaker', async () => {
    await using rig = await started();
    rig.vendor.faults.inject({ kind: 'status', status: 500, times: 8 });
    for (let n = 0; n < 8; n++) await rig.http.send({ path: THING, purpose: 'Looking' }).catch(() => undefined);
    expect(rig.client.health().breaker).toBe('open');
    await rig.client.closeBreaker();
    expect(rig.client.health().breaker).toBe('closed');
    expect((await rig.http.send({ path: THING, purpose: 'Looking' })).status).toBe(200);
  });
});
