import { formatsOf } from '../format.ts';

const { count, number } = formatsOf('en');

/** What stands on more than one screen. */
export const common = {
  close: 'Close',
  cancel: 'Cancel',
  save: 'Save',
  copy: 'Copy',
  copied: 'Copied.',
  back: 'Back',
  next: 'Next',
  undo: 'Undo',
  test: 'Test',
  restart: 'Restart',
  stop: 'Stop',
  tryAgain: 'Try again',
  loading: 'Loading',
  saved: 'Saved.',
  demonstration: 'demonstration',
  terminal: 'Terminal',
  effects: { read: 'reads', write: 'changes', destructive: 'destroys' },
  flags: { revealsSecret: 'reveals a secret', contactsPeople: 'mails people', costsMoney: 'costs money' },
  showLess: 'Show less',
  showAll: (characters: number) => `Show all ${number(characters)} characters`,
  entries: (n: number) => count(n, { one: 'entry', other: 'entries' }),
  calls: (n: number) => count(n, { one: 'call', other: 'calls' }),
  lostLine: {
    message: 'Gatehouse does not answer.',
    hint: 'It may have ended. Start it again, then try once more.',
  },
  reloadWindow: 'Reload the window.',
  /** Next steps: where the command line is told to use itself, the window names its own button instead. */
  hints: {
    GH_DEFINITION_HELD: 'Look at the difference; then accept it, or remove the connection.',
    GH_TEST_FAILED: 'Correct the credential under “Settings and credentials”.',
    GH_SECRET_DAMAGED:
      'Type the credential again under “Settings and credentials”. Other connections are not affected.',
    GH_SERVER_CRASH_LOOP: 'Look at what it last said, correct the cause, then restart it.',
    GH_SERVER_CANNOT_START: 'Check the command and its folder, then restart it.',
    GH_APPROVAL_GONE: 'It was answered, ran out of time or was withdrawn. The history tells which.',
    GH_CLIENT_UNDO_GONE: 'It was undone already. “Unregister” removes what Gatehouse wrote.',
  },
};
