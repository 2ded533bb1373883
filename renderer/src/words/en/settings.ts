import { formatsOf } from '../format.ts';

const { count, number } = formatsOf('en');
const minutes = (n: number): string => count(n, { one: 'minute', other: 'minutes' });

export const settings = {
  title: 'Settings',
  window: {
    title: 'This window',
    theme: 'Colours',
    themes: { system: 'as the system', light: 'light', dark: 'dark' },
    language: 'Language',
    systemLanguage: 'as the system',
  },
  start: {
    title: 'Starting',
    atLogin: 'Start at login',
    atLoginText:
      'Comes with the installed app. Here Gatehouse starts by itself whenever an assistant or a command needs it.',
    atLoginHere: 'Gatehouse starts without a window and waits for assistants.',
    updates: 'Updates',
    updatesText: (version: string): string => `This is version ${version}. The installed app updates itself.`,
    command: 'The command gatehouse in terminals',
    commandText: {
      absent: (where: string): string => `Puts it at ${where}.`,
      installed: (where: string, onPath: boolean): string =>
        onPath ? `It is at ${where}.` : `It is at ${where}; add that folder to your PATH.`,
      package: (where: string): string => `The package has put it at ${where}.`,
      taken: (where: string): string => `${where} is a file of somebody else. Move it away first.`,
    },
    update: {
      version: (version: string): string => `This is version ${version}.`,
      why: {
        development: 'It runs from a checkout and does not update itself.',
        'package-manager': 'Updates come from your package manager.',
        unsigned: 'This build is not signed, so it does not update itself.',
        'read-only': 'The folder of the AppImage cannot be written, so it does not update itself.',
      },
      checking: 'Looking for a newer one …',
      none: (at: string): string => `There is no newer one for this computer (${at}).`,
      available: (version: string): string => `Version ${version} is there.`,
      downloading: (version: string): string => `Version ${version} is being fetched.`,
      ready: (version: string): string =>
        `Version ${version} has been fetched and checked. Installing ends all calls and starts Gatehouse again.`,
      installing: (version: string): string => `Version ${version} is being installed.`,
      notes: 'What is new',
      check: 'Look for updates',
      download: 'Fetch',
      install: 'Install and start again',
      later: 'Not now',
    },
  },
  calls: {
    title: 'Calls',
    approval: 'How long a call waits for you',
    approvalText: 'After that it is refused. Assistants themselves give up after a minute.',
    seconds: (n: number): string => count(n, { one: 'second', other: 'seconds' }),
    idle: 'End a server that nobody uses',
    idleText: 'It starts again with the next call.',
    after: (n: number): string => `after ${minutes(n)}`,
    never: 'never',
    retention: 'Keep the history',
    retentionText: 'What is older goes, a few times a day. The rest still verifies.',
    forever: 'for good',
    days: (n: number): string => `for ${count(n, { one: 'day', other: 'days' })}`,
    forget: (n: number): string => `Forget what is older than ${count(n, { one: 'day', other: 'days' })}…`,
    forgetLoses: 'Older entries go at once and do not come back. Export them first if you need them.',
    forgetNo: 'Keep them',
    forgetYes: 'Forget them',
  },
  http: {
    title: 'HTTP endpoint',
    about: 'For programs that want an address instead of a command. It listens on this computer only and wants a key.',
    on: 'Offer the connections over HTTP',
    address: 'Address',
    keys: 'Keys',
    keysText: 'A key is read from its file and sent as “Authorization: Bearer …”. It is never shown here.',
    program: 'A key for another program',
    programText: 'A name of a-z, 0-9 and hyphens.',
    make: 'Make a key',
    made: (file: string): string => `The key stands in ${file}.`,
    revoked: 'revoked',
    revokeOf: (client: string): string => `Revoke the key of ${client}…`,
    revokeLoses: 'Its sessions end at once, and the file goes.',
    revokeNo: 'Keep it',
    revokeYes: 'Revoke it',
    own: 'for the command line',
  },
  data: {
    title: 'Data and vault',
    folder: 'Data folder',
    vault: 'Vault',
    kinds: {
      keychain: 'in the keychain of this computer',
      passphrase: 'under your passphrase',
      memory: 'in memory only, and gone when Gatehouse ends',
    },
    open: (secrets: number, kind: string, keyId: number): string =>
      `Open, with ${count(secrets, { one: 'credential', other: 'credentials' })}. Its key, number ${number(keyId)}, is kept ${kind}.`,
    passphrase: 'Passphrase',
    unlock: 'Unlock',
    rotate: 'Renew the key',
    rotateText: 'Makes a new key and seals every credential again. Nothing has to be typed anew.',
    rotated: (secrets: number): string =>
      `Done: ${count(secrets, { one: 'credential is', other: 'credentials are' })} sealed under the new key.`,
  },
  backup: {
    title: 'Backup and restore',
    about:
      'A backup holds connections, grants, settings and the history. Credentials in it stay sealed: they open only with the key in the keychain of this computer, or with the passphrase.',
    folder: 'Folder for the backup',
    folderText: 'A new or empty folder, with its whole path.',
    make: 'Back up now',
    made: (folder: string): string => `The backup is in ${folder}.`,
    restore: 'To restore a backup',
    restoreText:
      'Gatehouse must not run meanwhile, so this is done in a terminal. Today’s files are kept beside the restored ones.',
  },
};
