import { describe, expect, it } from 'vitest';
import { NOW, send, signIn, startTestSandbox } from './test-client.ts';

const BASE = '/v1/service_instances';
const HSM = { name: 'made-by-test', serviceType: 'key_vault', servicePlan: 'single_hsm' };

async function started() {
  const sandbox = await startTestSandbox();
  const call = await signIn(sandbox, 'AO');
  const count = async () => Number((await call('GET', BASE)).fields.totalElements);
  return { sandbox, call, count, [Symbol.asyncDispose]: sandbox.close };
}

describe('every answer', () => {
  it('says that its data is made up, and carries a request id', async () => {
    await using sandbox = await startTestSandbox();
    for (const path of ['/', '/v1/tenants', '/nowhere', '/api/v2/summary.json', '/__sandbox/faults']) {
      const { headers } = await send(`${sandbox.url}${path}`);
      expect(headers.get('gatehouse-sandbox')).toBe('dpod');
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('comes from the loopback address under its own name only', async () => {
    await using sandbox = await startTestSandbox();
    expect(sandbox.url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const { request } = await import('node:http');
    const status = await new Promise(resolve => {
      request(sandbox.url, { headers: { host: 'evil.test' } }, response => {
        response.resume();
        resolve(response.statusCode);
      }).end();
    });
    expect(status).toBe(421);
  });
});

describe('an injected status', () => {
  it.each([401, 403, 404, 409, 429, 500, 502, 503, 504])('%i is answered in the vendor form, once', async status => {
    await using s = await started();
    s.sandbox.faults.inject({ kind: 'status', status });
    const answer = await s.call('GET', BASE);
    expect(answer.status).toBe(status);
    expect(answer.json).toMatchObject({ status, path: BASE, timestamp: NOW.toISOString() });
    expect(answer.headers.get('retry-after')).toBeNull();
    expect((await s.call('GET', BASE)).status).toBe(200);
  });

  it('can say when to come back', async () => {
    await using s = await started();
    s.sandbox.faults.inject({ kind: 'status', status: 429, retryAfter: 2 });
    expect((await s.call('GET', BASE)).headers.get('retry-after')).toBe('2');
  });

  it('strikes the named method and path, after some have passed, as often as told', async () => {
    await using s = await started();
    s.sandbox.faults.inject({ kind: 'status', status: 503, method: 'get', path: `${BASE}/*`, skip: 1, times: 2 });
    expect((await s.call('GET', BASE)).status).toBe(200);
    const [service] = (await s.call('GET', BASE)).items;
    const answers = [];
    for (let turn = 0; turn < 4; turn += 1) answers.push((await s.call('GET', `${BASE}/${service?.id}`)).status);
    expect(answers).toEqual([200, 503, 503, 200]);
    s.sandbox.faults.inject({ kind: 'status', status: 500, path: '/v1/**', times: 'always' });
    expect((await s.call('GET', `${BASE}/${service?.id}/bindings`)).status).toBe(500);
    expect(s.sandbox.faults.pending()).toHaveLength(1);
    s.sandbox.faults.clear();
    expect((await s.call('GET', `${BASE}/${service?.id}/bindings`)).status).toBe(200);
  });

  it('prevents the write, unless it is to lie about it', async () => {
    await using s = await started();
    const before = await s.count();
    s.sandbox.faults.inject({ kind: 'status', status: 503, method: 'POST' });
    expect((await s.call('POST', BASE, HSM)).status).toBe(503);
    expect(await s.count()).toBe(before);
    s.sandbox.faults.inject({ kind: 'status', status: 503, method: 'POST', execute: true });
    expect((await s.call('POST', BASE, HSM)).status).toBe(503);
    expect(await s.count()).toBe(before + 1);
  });

  it('at the token endpoint has the form of an identity provider', async () => {
    await using s = await started();
    s.sandbox.faults.inject({ kind: 'status', status: 401, path: '/oauth/**' });
    const answer = await send(`${s.sandbox.url}/oauth/v1/token`, { method: 'POST' });
    expect(answer.status).toBe(401);
    expect(answer.fields.error).toBe('invalid_client');
  });
});

describe('other faults', () => {
  it('slow: the answer waits, then is true', async () => {
    await using s = await started();
    s.sandbox.faults.inject({ kind: 'slow', delayMs: 150 });
    const start = performance.now();
    expect((await s.call('GET', BASE)).status).toBe(200);
    expect(performance.now() - start).toBeGreaterThan(140);
  });

  it('truncated: the status is fine, the JSON is not', async () => {
    await using s = await started();
    s.sandbox.faults.inject({ kind: 'truncated' });
    const answer = await s.call('GET', BASE);
    expect(answer.status).toBe(200);
    expect(() => answer.json).toThrow();
  });

  it('html: a page of a gateway, with the status given', async () => {
    await using s = await started();
    s.sandbox.faults.inject({ kind: 'html' }, { kind: 'html', status: 200 });
    const first = await s.call('GET', BASE);
    expect(first.status).toBe(502);
    expect(first.headers.get('content-type')).toBe('text/html');
    expect(first.text).toContain('<h1>502</h1>');
    expect((await s.call('GET', BASE)).status).toBe(200);
  });

  it.each([
    ['before', 0],
    ['midway', 1],
    ['after', 1],
  ] as const)('reset %s: the connection breaks, and the write was executed %i times', async (when, executed) => {
    await using s = await started();
    const before = await s.count();
    s.sandbox.faults.inject({ kind: 'reset', when, method: 'POST' });
    await expect(s.call('POST', BASE, HSM)).rejects.toThrow();
    expect(await s.count()).toBe(before + executed);
    expect(s.sandbox.requests.filter(request => request.method === 'POST' && request.path === BASE)).toMatchObject([
      { status: null },
    ]);
  });

  it('empty: 202 without a body, and the write was executed', async () => {
    await using s = await started();
    const before = await s.count();
    s.sandbox.faults.inject({ kind: 'empty', method: 'POST' });
    const answer = await s.call('POST', BASE, HSM);
    expect([answer.status, answer.text]).toEqual([202, '']);
    expect(await s.count()).toBe(before + 1);
  });

  it('refuses a fault that it does not know', async () => {
    await using sandbox = await startTestSandbox();
    expect(() => sandbox.faults.inject({ kind: 'status', status: 200 })).toThrow();
  });
});

describe('over HTTP', () => {
  const json = (method: string, body: unknown): RequestInit => ({
    method,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

  it('faults are injected, listed and cleared', async () => {
    await using s = await started();
    const url = `${s.sandbox.url}/__sandbox/faults`;
    expect((await send(url, json('POST', { kind: 'status', status: 503 }))).status).toBe(201);
    expect((await send(url, json('POST', [{ kind: 'html' }, { kind: 'slow', delayMs: 1 }]))).items).toHaveLength(3);
    expect((await s.call('GET', BASE)).status).toBe(503);
    expect((await send(url)).items).toHaveLength(2);
    expect((await send(url, { method: 'DELETE' })).status).toBe(204);
    expect((await s.call('GET', BASE)).status).toBe(200);
    expect((await send(url, json('POST', { kind: 'volcano' }))).status).toBe(400);
  });

  it('a request brings its own fault in a header', async () => {
    await using s = await started();
    const fault = { 'gatehouse-sandbox-fault': '{"kind":"status","status":409}' };
    expect((await s.call('GET', BASE, undefined, fault)).status).toBe(409);
    expect((await s.call('GET', BASE, undefined, { 'gatehouse-sandbox-fault': '409' })).status).toBe(400);
    expect((await s.call('GET', BASE)).status).toBe(200);
  });

  it('switches are shown, set and set back', async () => {
    await using sandbox = await startTestSandbox({ pollsUntilReady: 7 });
    const url = `${sandbox.url}/__sandbox/switches`;
    expect((await send(url)).json).toMatchObject({ pollsUntilReady: 7, policy: 'build' });
    expect((await send(url, json('PATCH', { policy: 'seed', pollsUntilReady: 0 }))).status).toBe(200);
    expect(sandbox.switches.current).toMatchObject({ policy: 'seed', pollsUntilReady: 0 });
    expect((await send(url, json('PATCH', { policy: 'none' }))).status).toBe(400);
    expect((await send(url, json('PATCH', { volcano: true }))).status).toBe(400);
    await send(url, { method: 'DELETE' });
    expect(sandbox.switches.current).toMatchObject({ policy: 'build', pollsUntilReady: 7 });
  });

  it('requests are listed and forgotten', async () => {
    await using s = await started();
    await s.call('GET', BASE);
    const url = `${s.sandbox.url}/__sandbox/requests`;
    expect((await send(url)).items.map(request => request.path)).toEqual(['/oauth/v1/token', BASE]);
    await send(url, { method: 'DELETE' });
    expect(s.sandbox.requests).toEqual([]);
  });
});

describe('the record of requests', () => {
  it('holds what was sent, without the bearer token', async () => {
    await using s = await started();
    s.sandbox.forgetRequests();
    await s.call('POST', `${BASE}?a=1&b=2&b=3`, HSM);
    await send(`${s.sandbox.url}/v1/service_types`);
    const [first, second] = s.sandbox.requests;
    expect(first).toMatchObject({
      method: 'POST',
      path: BASE,
      query: { a: '1', b: ['2', '3'] },
      authorization: 'present',
      body: HSM,
      time: NOW,
      status: 201,
    });
    expect(first?.headers).not.toHaveProperty('authorization');
    expect(second).toMatchObject({ authorization: 'absent', body: null, status: 200 });
  });
});

describe('a sandbox', () => {
  it('takes the port it is told, and fails where that is taken', async () => {
    await using first = await startTestSandbox();
    const port = Number(new URL(first.url).port);
    await expect(startTestSandbox({ port })).rejects.toThrow('EADDRINUSE');
    await first.close();
    await using second = await startTestSandbox({ port });
    expect(second.url).toBe(first.url);
  });

  it('closes at once, more than once, and leaves no caller waiting', async () => {
    const sandbox = await startTestSandbox();
    sandbox.faults.inject({ kind: 'slow', delayMs: 60_000 });
    const waiting = expect(send(sandbox.url)).rejects.toThrow();
    while (sandbox.requests.length === 0) await new Promise(resolve => setTimeout(resolve, 5));
    await Promise.all([sandbox.close(), sandbox.close()]);
    await waiting;
    await expect(send(sandbox.url)).rejects.toThrow();
  });
});
