import { describe, expect, it } from 'vitest';
import { viewOf } from './view.ts';

const NOW = Date.parse('2026-03-01T12:00:00Z');

describe('the view that an address names', () => {
  it('is everything when it names nothing', () => {
    expect(viewOf({}, NOW).query).toBeUndefined();
    expect(viewOf({ q: '  ', kind: '', time: 'nonsense', entry: '7' }, NOW).query).toBeUndefined();
  });

  it('has words, facets and a time, recent or own', () => {
    expect(viewOf({ q: ' vault ', client: 'cursor', tool: 'echo' }, NOW).query).toEqual({
      text: 'vault',
      facets: { client: 'cursor', tool: 'echo' },
    });
    expect(viewOf({ time: 'day' }, NOW).query).toEqual({ from: '2026-02-28T12:00:00.000Z' });
    const own = viewOf({ time: 'own', from: '2026-02-01T00:00', to: 'never' }, NOW).query;
    expect(own).toEqual({ from: new Date('2026-02-01T00:00').toISOString() });
  });
});
