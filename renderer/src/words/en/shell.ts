import { formatsOf } from '../format.ts';

const { count } = formatsOf('en');
const waiting = (n: number) => count(n, { one: 'call waits', other: 'calls wait' });

/** The frame around every screen, and the page that asks for its key. */
export const shell = {
  screens: 'Screens',
  skip: 'Skip to the screen',
  pause: 'Pause everything',
  resume: 'Resume',
  badge: (n: number) => `${n} waiting`,
  callsWait: (n: number) => `${waiting(n)} for you`,
  lookAtCalls: (n: number): string => (n === 1 ? 'Look at it' : 'Look at them'),
  lost: {
    title: 'The line to Gatehouse is lost.',
    text: 'It may have ended or be starting again. What stands here may be out of date; this window goes on by itself.',
  },
  demo: {
    title: 'Demonstration.',
    text: 'Everything here is made up by a sandbox on this computer. Nothing is kept.',
  },
  paused: {
    title: 'Everything is paused.',
    text: 'Assistants are told so; no call goes through until you resume.',
  },
  fromCli: {
    title: 'Approving from the command line is allowed.',
    text: 'Any program of this user can approve calls, an assistant with a shell among them.',
  },
  failed: {
    title: 'This screen could not be shown.',
    hint: 'Reload the window; if that does not help, Gatehouse may have ended.',
    reload: 'Reload the window',
  },
  noKey: {
    title: 'This window needs its key',
    usedUp: 'The address was good for one use, and it was used or is too old.',
    before: 'Open the address that Gatehouse prints when it starts; it ends in ',
    after: '. The key is new at every start, so an old bookmark or a window of an earlier start does not open it.',
    terminal: 'In a terminal: ',
  },
  invitation: {
    title: 'Set up this connection?',
    text: 'Somebody passes it on to you. Nothing is set up before you agree; it holds no credential, which you type yourself.',
    from: 'from',
    sentTo: 'Credentials will be sent to',
    makeSure: 'Make sure that this is the address of your vendor.',
    readOnly: 'read-only',
    setUp: 'Set it up…',
    refuse: 'Do not',
  },
};
