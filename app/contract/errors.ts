/**
 * Every error a person can meet: a stable code, a sentence, a next step. `docs/errors.md` is generated from this table.
 * Add a code here, in the section of its module; never reuse one.
 */
export const ERRORS = {
  // general
  GH_INTERNAL: {
    title: 'Something in Gatehouse failed unexpectedly',
    hint: 'Run `gatehouse doctor`; the log of the host has the details.',
  },
  GH_USAGE: { title: 'The command or request was not understood', hint: 'See `gatehouse help`.' },
  GH_INVALID_INPUT: { title: 'A value is missing or not allowed', hint: 'Correct the named field and try again.' },
  GH_NOT_FOUND: { title: 'There is no such thing', hint: 'List what exists and check the name.' },
  GH_CONFLICT: { title: 'It exists already, or changed meanwhile', hint: 'Look at the current state and try again.' },

  // storage
  GH_FOLDER_NOT_OURS: {
    title: 'A folder that must be private belongs to somebody else',
    hint: 'Remove it, or set GATEHOUSE_HOME to a folder of yours.',
  },
  GH_STORAGE_CORRUPT: {
    title: 'A database file cannot be read',
    hint: 'Stop Gatehouse, keep a copy of the file, then `gatehouse restore` a backup.',
  },
  GH_STORAGE_NEWER: {
    title: 'The files were written by a newer Gatehouse',
    hint: 'Install the newer version again; nothing was changed.',
  },
  GH_HOST_RUNNING: { title: 'Another host is running on this home', hint: 'Use it, or end it with `gatehouse stop`.' },

  // runtime
  GH_RUNTIME_DAMAGED: {
    title: 'Files of Gatehouse are missing or were changed',
    hint: 'Install Gatehouse again; your connections and history stay as they are.',
  },
  GH_RUNTIME_NOT_PLACED: {
    title: 'The programs that assistants start cannot be put into the home',
    hint: 'Free some space (150 MB) and see that the folder can be written, then start Gatehouse again.',
  },
  GH_COMMAND_TAKEN: {
    title: 'The name `gatehouse` is taken by a file of somebody else',
    hint: 'Move that file away and install the command again, or use `bin/gatehouse` in the home by its full path.',
  },
  GH_UPDATE_CHECK: {
    title: 'It could not be found out whether there is an update',
    hint: 'See that this computer is online and look again later. Nothing was changed.',
  },
  GH_UPDATE_DOWNLOAD: {
    title: 'The update could not be fetched',
    hint: 'Try again later. Nothing was changed.',
  },
  GH_UPDATE_REFUSED: {
    title: 'The update is not what was published, or not signed by its publisher, and was thrown away',
    hint: 'Try again on another network. If it happens again, do not install it by hand and report it.',
  },
  GH_UPDATE_INSTALL: {
    title: 'The update could not be installed',
    hint: 'Gatehouse starts again as it was. Try once more, or install the new version by hand.',
  },

  // vault
  GH_KEYCHAIN_NO_BUS: {
    title: 'There is no D-Bus session',
    hint: 'Log in to a desktop session or run under `dbus-run-session`; on a machine without a person set GATEHOUSE_VAULT=passphrase and GATEHOUSE_PASSPHRASE_FILE.',
  },
  GH_KEYCHAIN_ABSENT: {
    title: 'There is no keyring service',
    hint: 'Install gnome-keyring or KWallet (and libsecret), or set GATEHOUSE_VAULT=passphrase.',
  },
  GH_KEYCHAIN_LOCKED: {
    title: 'The keyring is locked',
    hint: 'Unlock the login keyring, then try again. Nothing was lost.',
  },
  GH_KEYCHAIN_DENIED: {
    title: 'The keychain refused access',
    hint: "Allow Gatehouse in the keychain's own dialog or settings, then try again.",
  },
  GH_KEYCHAIN_SILENT: {
    title: 'The keychain did not answer',
    hint: 'Look for a password prompt behind other windows; unlock the keyring, then try again.',
  },
  GH_VAULT_LOCKED: {
    title: 'The vault is locked',
    hint: 'Run `gatehouse vault unlock`, or give GATEHOUSE_PASSPHRASE_FILE.',
  },
  GH_VAULT_PASSPHRASE_WRONG: {
    title: 'The passphrase is wrong',
    hint: 'Try again with the passphrase chosen when the vault was made. Nothing was changed.',
  },
  GH_VAULT_OTHER_KIND: {
    title: 'The home uses another kind of vault',
    hint: 'Remove GATEHOUSE_VAULT, or set it to the kind named here.',
  },
  GH_VAULT_KEY_MISSING: {
    title: 'The key of this home is gone from the keychain',
    hint: 'Restore the keychain, or `gatehouse restore` a backup. The sealed credentials are untouched but cannot be read without it.',
  },
  GH_VAULT_KEY_DAMAGED: {
    title: 'The key in the keychain is damaged',
    hint: 'Restore the keychain item from a backup. The sealed credentials are untouched.',
  },
  GH_SECRET_DAMAGED: {
    title: 'A sealed credential does not open',
    hint: 'Type the credential again with `gatehouse connections edit … --secrets-stdin`. Other connections are not affected.',
  },

  // audit
  GH_AUDIT_UNWRITABLE: {
    title: 'The history cannot be written, so no call is let through',
    hint: 'Free some disk space or check the rights of the home folder; `gatehouse doctor` names it.',
  },
  GH_AUDIT_UNREADABLE: {
    title: 'The history could not be searched',
    hint: 'Try again; the index is rebuilt by itself when it is missing.',
  },

  // policy
  GH_PAUSED: { title: 'Everything is paused', hint: 'A person can resume in the Gatehouse window.' },
  GH_SCOPE_MISSING: {
    title: "The vendor's credential may not do this",
    hint: 'Use a credential with the named scope.',
  },
  GH_READ_ONLY: {
    title: 'The connection is read-only',
    hint: 'A person can switch read-only off in the Gatehouse window.',
  },
  GH_DENIED: { title: 'A grant forbids this call', hint: 'A person can change the grant in the Gatehouse window.' },
  GH_WATCH_ASKS: {
    title: 'Who is asked for each reading cannot watch',
    hint: 'Read the resource when it is needed; or a person allows reading it in the Gatehouse window.',
  },
  GH_WATCH_FULL: {
    title: 'The assistant watches as many resources as one assistant may',
    hint: 'End another subscription first.',
  },
  GH_APPROVAL_DENIED: {
    title: 'A person refused the call',
    hint: 'Read the reason; do not repeat the call unchanged.',
  },
  GH_APPROVAL_EXPIRED: {
    title: 'Nobody answered in time',
    hint: 'Ask the person to look at the Gatehouse window, then repeat the call.',
  },
  GH_APPROVAL_GONE: {
    title: 'The call no longer waits',
    hint: 'It was answered, expired or was withdrawn; see `gatehouse audit list`.',
  },
  GH_CODE_WRONG: {
    title: 'The one-time code is wrong',
    hint: 'Read the code in the Gatehouse window (`gatehouse serve`) and give it with --code.',
  },
  GH_CODE_LOCKED: { title: 'Too many wrong codes', hint: 'Wait a minute, then read the new code in the window.' },
  GH_CODE_NEEDED: {
    title: 'This widens what assistants may do, so it wants a person',
    hint: 'Do it in the Gatehouse window, or give the one-time code that the window shows with --code.',
  },

  // clients
  GH_CLIENT_SEVERAL: {
    title: 'The assistant is installed more than once and the file to write cannot be told',
    hint: 'Remove the installation that is not used, then try again.',
  },
  GH_CLIENT_UNPARSABLE: {
    title: "The assistant's file has a mistake of syntax; it was left alone",
    hint: 'Correct the named line in an editor (the assistant cannot read the file either), then try again.',
  },
  GH_CLIENT_WRONG_TYPE: {
    title: "The assistant's file holds something else where its servers should stand; it was left alone",
    hint: 'Correct the named line in an editor: it must be an object, {…}.',
  },
  GH_CLIENT_DUPLICATE_KEY: {
    title: "A key stands twice in the assistant's file, so an edit might have no effect; it was left alone",
    hint: 'Remove one of the two in an editor, then try again.',
  },
  GH_CLIENT_ENCODING: {
    title: "The assistant's file is not in an encoding that the assistant reads; it was left alone",
    hint: 'Save it as UTF-8 without a byte order mark, then try again.',
  },
  GH_CLIENT_TOO_BIG: {
    title: "The assistant's file is far bigger than such a file ever is; it was left alone",
    hint: 'Look what fills it; the limit is 64 MiB.',
  },
  GH_CLIENT_NOT_A_FILE: {
    title: "Where the assistant's file should be there is something else",
    hint: 'Move it away, then try again.',
  },
  GH_CLIENT_DANGLING_LINK: {
    title: "The assistant's file is a link that leads nowhere",
    hint: 'Create the file it points to, or remove the link, then try again.',
  },
  GH_CLIENT_UNREADABLE: {
    title: "The assistant's file cannot be read",
    hint: 'Check the rights of the file and its folder, then try again.',
  },
  GH_CLIENT_READ_ONLY: {
    title: "The assistant's file may not be written; it was left alone",
    hint: 'Make the file and its folder writable for you, then try again.',
  },
  GH_CLIENT_WRITE_FAILED: {
    title: "The assistant's file could not be written; it is as it was",
    hint: 'Check free space and the state of the disk, then try again.',
  },
  GH_CLIENT_BUSY: {
    title: "Another program keeps changing or holding the assistant's file",
    hint: 'Quit the assistant, then try again.',
  },
  GH_CLIENT_NAME_TAKEN: {
    title: 'The assistant already has other servers under the names that Gatehouse would use',
    hint: 'Rename the other server in the assistant, or the connection in Gatehouse.',
  },
  GH_CLIENT_ENTRY_CHANGED: {
    title: "An entry of Gatehouse was changed by somebody else in the assistant's file; it was left alone",
    hint: 'Look at the entry in the file; then remove it there, or repeat with --force to replace or remove it.',
  },
  GH_CLIENT_UNSAFE_VALUE: {
    title: 'The assistant would replace a part of the entry by something else',
    hint: 'Move Gatehouse or its home to a folder without the named characters.',
  },
  GH_CLIENT_UNDO_GONE: {
    title: 'There is nothing to undo under this token',
    hint: 'It was undone already, or is of another home. `gatehouse clients unregister` removes what Gatehouse wrote.',
  },
  GH_CLIENT_NO_LINK: {
    title: 'There is no install link for this assistant',
    hint: 'Use `gatehouse clients register`.',
  },

  // servers
  GH_SERVER_CRASH_LOOP: {
    title: 'The server keeps ending by itself',
    hint: 'Look at `gatehouse connections logs`, correct the cause, then `gatehouse connections restart`.',
  },
  GH_SERVER_CANNOT_START: {
    title: 'The server cannot be started',
    hint: 'Check the command and its folder, then `gatehouse connections restart`.',
  },
  GH_SERVER_GONE: { title: 'The server ended while it worked on the call', hint: 'Repeat the call.' },
  GH_OUTCOME_UNKNOWN: {
    title: 'The server ended while it carried out a change: nobody knows whether it was made',
    hint: 'Look at the current state first; do not simply repeat the call.',
  },
  GH_STILL_RUNNING: {
    title: 'The approved call is still running',
    hint: 'Repeat exactly the same call to read its outcome; it will not run a second time.',
  },

  // doors
  GH_CLIENT_UNKNOWN: {
    title: 'The assistant is not registered here',
    hint: 'Register it with `gatehouse clients register`, then reconnect.',
  },
  GH_HOST_DOWN: {
    title: 'Gatehouse is not running',
    hint: 'Start it with `gatehouse serve`, or let a command start it.',
  },
  GH_HOST_START: { title: 'Gatehouse could not be started', hint: 'Run `gatehouse doctor`; it names the cause.' },
  GH_HOST_FALSE: {
    title: 'The program on the socket is not Gatehouse',
    hint: 'Run `gatehouse doctor`; end the program that holds the socket.',
  },
  GH_HOST_SILENT: { title: 'Gatehouse did not answer', hint: 'Run `gatehouse stop`, then try again.' },
  GH_DOCTOR: { title: 'A check of this machine failed', hint: 'Follow the remedies above.' },
  GH_TEST_FAILED: {
    title: 'The sign-in at the vendor failed',
    hint: 'Correct the credential with `gatehouse connections edit … --secrets-stdin`.',
  },
  GH_HISTORY_BROKEN: {
    title: 'The history was altered or cut',
    hint: 'Keep a copy of the home folder as evidence, and compare with a backup or an export.',
  },
  GH_PORT_TAKEN: { title: 'The port is taken', hint: 'Give another with --port, or none to get a free one.' },
  GH_CLIENT_REVOKED: {
    title: 'The key of the assistant was revoked',
    hint: 'If that was a mistake, register it again in the window, then reconnect; the command line wants the one-time code for it.',
  },

  // desktop
  GH_SCREEN_LOCKED: {
    title: 'The screen is locked, so nothing is allowed',
    hint: 'Unlock the screen, then answer in the Gatehouse window.',
  },
  GH_INVITATION_REFUSED: {
    title: 'The file or link cannot be used to set up a connection',
    hint: 'Ask whoever passed it on for a new one, or set the connection up by hand.',
  },
  GH_APP_INCOMPLETE: { title: 'A file of the app is missing', hint: 'Install Gatehouse again.' },

  // connections
  GH_DEFINITION_HELD: {
    title: 'The server offers other tools than those that were accepted',
    hint: 'Look at the difference with `gatehouse connections accept-changes --show`, then accept it or remove the connection.',
  },
  GH_TEST_SILENT: {
    title: 'The sign-in did not end in time',
    hint: 'Check the address of the vendor and the network, then test again.',
  },
} as const satisfies Record<string, { readonly title: string; readonly hint: string }>;

export type ErrorCode = keyof typeof ERRORS;

/** An expected failure. `message` says what happened and to what; `hint` is the next step. Neither ever holds a secret. */
export class GatehouseError extends Error {
  override readonly name = 'GatehouseError';
  readonly code: ErrorCode;
  readonly hint: string;

  constructor(code: ErrorCode, message: string, options: { readonly hint?: string; readonly cause?: unknown } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.hint = options.hint ?? ERRORS[code].hint;
  }

  toJSON(): { readonly code: ErrorCode; readonly message: string; readonly hint: string } {
    return { code: this.code, message: this.message, hint: this.hint };
  }
}
