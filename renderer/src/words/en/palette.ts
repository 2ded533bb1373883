import { formatsOf } from '../format.ts';

const { count, number } = formatsOf('en');

/** What can be reached by typing its name, and the keys for it. */
export const palette = {
  button: 'Go to …',
  label: 'Go to a screen or a connection, or do something',
  search: 'A screen, a connection, or something to do',
  nothing: 'Nothing of that name.',
  groups: { screens: 'Screens', connections: 'Connections', actions: 'To do' },
  pause: 'Pause everything',
  resume: 'Resume',
  add: 'Add a connection',
  test: (id: string): string => `Test ${id}`,
  verify: 'Verify the history',
  code: 'Show the code for the command line',
  report: 'Copy a report of the doctor',
  theme: { light: 'Light colours', dark: 'Dark colours', system: 'Colours as the system' },
  works: (id: string, identity: string): string => (identity === '' ? `${id} works.` : `${id} works: ${identity}.`),
  whole: (entries: number): string =>
    `The history is whole: ${count(entries, { one: 'entry is', other: 'entries are' })} as written.`,
  broken: (at: number | null): string =>
    at === null ? 'The history was altered or cut.' : `The history was altered or cut at entry ${number(at)}.`,
  keys: {
    title: 'Keys',
    open: 'Go anywhere, do anything',
    settings: 'Settings',
    pause: 'Pause everything at once',
    choose: 'In a list: choose, open, close',
  },
};
