import { describe, expect, it, vi } from 'vitest';
import { Fault, type TrailEntry } from '../kit/index.ts';
import { createMemoryTrail } from '../kit/trail.ts';
import { createJournal } from './journal.ts';

/** A trail that can be taken away, and that refuses some entries for good. */
function shaky() {
  const trail = createMemoryTrail();
  const state = { isAway: false, refuses: '' };
  const lost: TrailEntry[] = [];
  const journal = createJournal(
    {
      find: trail.find,
      async append(entry) {
        if (state.isAway) throw new Fault('GH_STORE_DOWN', 'away');
        if (entry.action === state.refuses) throw new Error('violates a constraint');
        await trail.append(entry);
      },
    },
    Date.now,
    entry => void lost.push(entry),
  );
  const actions = async () => (await trail.find({ limit: 100, offset: 0 })).entries.map(({ action }) => action);
  return { state, journal, lost, actions };
}
const fine = { status: 200, code: undefined, ms: 1 };
const get = (path: string) => ({ path, purpose: 'Reading' });
const post = (path: string) => ({
  method: 'POST' as const,
  path,
  purpose: 'Changing',
  input: { request: { subject: 'canary' } },
});

describe('the journal', () => {
  it('lets no change be sent that it could not announce, and says nothing of questions', async () => {
    const { state, journal, actions } = shaky();
    await journal.announce(get('/1'));
    expect(await actions()).toEqual([]);
    await journal.announce(post('/2'));
    expect(await actions()).toEqual(['POST /2']);
    state.isAway = true;
    await expect(journal.announce(post('/3'))).rejects.toMatchObject({ code: 'GH_STORE_DOWN' });
    await journal.announce(get('/4'));
    expect(await actions()).toEqual(['POST /2']);
  });

  it('keeps outcomes while it cannot write, and writes them in their order by itself when it can', async () => {
    const { state, journal, actions } = shaky();
    state.isAway = true;
    for (const path of ['/1', '/2', '/3']) await journal.note(get(path), fine);
    await journal.failed(post('/4'), { code: 'GH_OUTCOME_UNKNOWN', status: undefined }, 5);
    expect([await actions(), journal.waiting]).toEqual([[], 4]);
    state.isAway = false;
    await vi.waitFor(() => expect(journal.waiting).toBe(0), { timeout: 5_000 });
    expect(await actions()).toEqual(['POST /4', 'GET /3', 'GET /2', 'GET /1']);
  });

  it('announces a change only after what waits from before is written', async () => {
    const { state, journal, actions } = shaky();
    state.isAway = true;
    await journal.note(get('/1'), fine);
    await expect(journal.announce(post('/2'))).rejects.toThrow();
    state.isAway = false;
    await journal.announce(post('/2'));
    expect(await actions()).toEqual(['POST /2', 'GET /1']);
  });

  it('is not held up by an entry that is refused for good: that one goes into the log', async () => {
    const { state, journal, lost, actions } = shaky();
    state.refuses = 'GET /poison';
    await journal.note(get('/poison'), fine);
    await journal.note(get('/1'), fine);
    expect([await actions(), lost.map(({ action }) => action)]).toEqual([['GET /1'], ['GET /poison']]);
  });

  it('holds names of fields and sizes, no contents', async () => {
    const { journal } = shaky();
    await journal.note(post('/1'), { ...fine, status: 400, code: 4012 });
    const { entries } = await journal.trail.find({ limit: 1, offset: 0 });
    expect(entries).toMatchObject([
      { event: 'api.error', result: 'failure', details: { fields: ['subject'], bytes: 32, error_code: 4012 } },
    ]);
    expect(JSON.stringify(entries)).not.toContain('canary');
  });
});
