import { expect, it } from 'vitest';
import { readArguments } from './arguments.ts';

it('reads what is ours from a command line and passes over the rest', () => {
  const argv = [
    '/x/main.js',
    '--hidden',
    '--enable-features=X',
    'gatehouse://connect?a=b',
    'team.gatehouse',
    '/abs/x.gatehouse',
    'x.txt',
  ];
  expect(readArguments(argv, '/here')).toEqual({
    hidden: true,
    demo: false,
    invitations: ['gatehouse://connect?a=b', '/here/team.gatehouse', '/abs/x.gatehouse'],
  });
  expect(readArguments(['--demo', '--home', '/h'], '/')).toEqual({
    hidden: false,
    demo: true,
    home: '/h',
    invitations: [],
  });
  expect(readArguments(['--home'], '/')).toEqual({ hidden: false, demo: false, invitations: [] });
});

it('takes neither endless links nor any number of them', () => {
  expect(readArguments([`gatehouse:${'x'.repeat(9_000)}`], '/').invitations).toEqual([]);
  expect(
    readArguments(
      Array.from({ length: 50 }, (_, at) => `gatehouse:${at}`),
      '/',
    ).invitations,
  ).toHaveLength(20);
});

it('a switch that looks like a file is none', () => {
  expect(readArguments(['--user-data-dir=/evil.gatehouse', '-x.gatehouse'], '/').invitations).toEqual([]);
});
