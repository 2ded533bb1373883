import { describe, expect, it } from 'vitest';
import { hashOf, hashOfConnection, parseRoute } from './route.ts';

describe('the address of the window', () => {
  it('comes back as it was written', () => {
    const hash = hashOf(['history'], { q: 'a & b = c/ä', kind: 'intent' });
    expect(parseRoute(hash)).toEqual({ path: ['history'], query: { q: 'a & b = c/ä', kind: 'intent' } });
  });
  it('leaves out what is empty', () => {
    expect(hashOf(['history'], { q: '' })).toBe('#/history');
  });
  it('names a connection by its parts', () => {
    expect(hashOfConnection('custom/echo')).toBe('#/connections/custom/echo');
  });
  it('bears an address that somebody mistyped', () => {
    expect(parseRoute('#//%E0%A4%A?x')).toEqual({ path: ['%E0%A4%A'], query: { x: '' } });
  });
});
