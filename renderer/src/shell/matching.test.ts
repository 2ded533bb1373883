import { expect, it } from 'vitest';
import { matching } from './matching.ts';

const ALL = ['Home', 'History', 'Verify the history', 'custom/echo', 'Test custom/echo', 'dpod/acme'].map(label => ({
  label,
  about: label.startsWith('dpod') ? 'Thales DPoD' : '',
}));
const found = (query: string): readonly string[] => matching(ALL, query).map(({ label }) => label);

it('shows everything while nothing is typed', () => expect(found(' ')).toHaveLength(ALL.length));
it('puts first what begins with the query', () => {
  expect(found('hist')).toEqual(['History', 'Verify the history']);
  expect(found('echo')).toEqual(['custom/echo', 'Test custom/echo']);
});
it('wants every word, wherever it stands', () => {
  expect(found('echo test')).toEqual(['Test custom/echo']);
  expect(found('thales')).toEqual(['dpod/acme']);
  expect(found('nothing')).toEqual([]);
});
