import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { createQueue } from './queue.ts';

const limits = (ms = 10_000) => ({ signal: new AbortController().signal, deadline: Date.now() + ms });

describe('a queue', () => {
  it('runs one at a time for a key, in order, and does not hold up other keys', async () => {
    const queue = createQueue({ waiting: 10, now: Date.now });
    const order: string[] = [];
    const work = (name: string, ms: number) => async () => {
      order.push(`${name} begins`);
      await sleep(ms);
      order.push(`${name} ends`);
    };
    await Promise.all([
      queue.run('a', work('first', 30), limits()),
      queue.run('a', work('second', 1), limits()),
      queue.run('b', work('other', 1), limits()),
    ]);
    expect(order).toEqual(['first begins', 'other begins', 'other ends', 'first ends', 'second begins', 'second ends']);
  });

  it('goes on after one that failed, one that waited too long and one that was cancelled', async () => {
    const queue = createQueue({ waiting: 10, now: Date.now });
    const stop = new AbortController();
    const failing = queue.run('a', () => sleep(40).then(() => Promise.reject(new Error('broken'))), limits());
    const late = queue.run('a', async () => 'late', limits(10));
    const cancelled = queue.run('a', async () => 'cancelled', { ...limits(), signal: stop.signal });
    const last = queue.run('a', async () => 'last', limits());
    stop.abort();
    expect(await Promise.allSettled([failing, late, cancelled, last])).toMatchObject([
      { reason: { message: 'broken' } },
      { reason: { code: 'GH_VENDOR_BUSY' } },
      { reason: { code: 'GH_CANCELLED' } },
      { value: 'last' },
    ]);
    expect(await queue.run('a', async () => 'empty again', limits())).toBe('empty again');
  });

  it('turns away who would be one too many, and says so', async () => {
    const queue = createQueue({ waiting: 1, now: Date.now });
    const calls = [1, 2, 3].map(number => queue.run('server 7', () => sleep(20, number), limits()));
    const told = await Promise.allSettled(calls);
    expect(told.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'rejected']);
    expect(told[2]).toMatchObject({ reason: { message: expect.stringContaining('wait for server 7 already') } });
  });
});
