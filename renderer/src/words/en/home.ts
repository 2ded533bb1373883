import { formatsOf } from '../format.ts';

const { clock, count, list, number } = formatsOf('en');
const calls = (n: number): string => count(n, { one: 'call', other: 'calls' });

/** The first screen: how everything is right now. */
export const home = {
  title: 'Home',
  noAssistant: {
    title: 'No assistant uses Gatehouse yet.',
    text: 'Your connection is ready. Let an assistant on this computer use it: you see the change before it is made.',
    button: 'Connect an assistant',
  },
  waiting: {
    title: 'What waits for you',
    none: 'Nothing waits for you.',
    item: (who: string, what: string, where: string): string => `${who} wants ${what} on ${where}`,
    look: 'Look at it',
    until: (time: string): string => `until ${time}`,
  },
  connections: { title: 'Connections', all: 'All connections', add: 'Add a connection' },
  calls: {
    title: 'Calls',
    span: 'Time shown',
    day: '24 hours',
    week: '7 days',
    outcomes: { ok: 'done', failed: 'failed', refused: 'refused', cancelled: 'cancelled' },
    none: 'No call in this time. Ask your assistant something that it needs one of your connections for.',
    summary: (all: number, parts: readonly string[], most: number, at: string): string =>
      `${calls(all)}: ${list(parts)}. Most at ${at}: ${number(most)}.`,
    part: (n: number, outcome: string): string => `${number(n)} ${outcome}`,
    showNumbers: 'Show the numbers',
    hideNumbers: 'Hide the numbers',
    when: 'From',
    hour: (from: string): string => clock(from),
    history: 'The whole history',
  },
  last: {
    title: 'Last calls',
    none: 'None yet. What assistants do stands here a moment later.',
    when: 'When',
    what: 'What',
    who: 'Who',
    result: 'Result',
  },
  results: {
    ok: 'done',
    error: 'failed',
    refused: 'refused',
    cancelled: 'cancelled',
    unknown: 'outcome unknown',
    late: 'ended late',
  },
};
