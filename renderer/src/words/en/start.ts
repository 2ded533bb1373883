import { formatsOf } from '../format.ts';

const { count } = formatsOf('en');

/** From nothing to an assistant that answers. */
export const start = {
  title: 'Getting started',
  steps: { choose: 'Choose', 'sign-in': 'Sign in', check: 'Check', assistants: 'Assistant', done: 'Done' },
  stepOf: (at: number, all: number): string => `Step ${at} of ${all}`,
  later: 'Leave it for later: Home says where to go on.',
  choose: {
    about:
      'What should your assistants work with? Its keys stay in the vault of this computer; no assistant ever sees them.',
    actions: (n: number): string => count(n, { one: 'action', other: 'actions' }),
    account: 'Connect an account',
    accountOf: (title: string): string => `Connect an account of ${title}`,
    server: 'Add a server of yours',
    demo: 'Try it with made-up data',
    demoOf: (title: string): string => `Try it with made-up data: ${title}`,
    demoThere: 'Go on with the demonstration',
    goOn: 'You began this already:',
    goOnWith: (id: string): string => `Go on with ${id}`,
  },
  signIn: {
    where: 'Where to find it',
    setup: 'To run at the vendor first',
    name: 'Name',
    nameText: (id: string): string => `Shown as ${id}; up to 32 of a-z, 0-9 and single hyphens.`,
    more: 'More settings',
    readOnly: 'Read-only',
    readOnlyText: 'Assistants can look and change nothing, whatever is granted.',
    submit: 'Store and sign in',
    vault: 'What you type goes into the vault and is never shown again, not even to you.',
  },
  check: {
    signingIn: (title: string): string => `Signing in at ${title} …`,
    starting: 'Starting the server …',
    works: 'It works.',
    as: 'Signed in as',
    may: 'The credential may',
    scopesUnknown: 'The vendor does not tell what the credential may do. A refusal will be told when it comes.',
    scopesNone: 'The credential may do nothing here. Choose another one.',
    actions: 'Within reach of assistants',
    actionsOf: (n: number): string => count(n, { one: 'action', other: 'actions' }),
    rules: 'Reading is allowed; what changes or destroys something asks you first. You can change that at any time.',
    failed: 'The sign-in did not work. Correct the credential, or look at the settings.',
    settings: 'All settings of this connection',
  },
  assistants: {
    about: 'Which assistant should use it? Gatehouse writes one entry into its settings file. No key stands in there.',
    found: 'Found on this computer',
    notFound: 'Not found on this computer',
    none: 'No assistant that Gatehouse knows is on this computer. Install one, then look again; or use the command by hand.',
    lookAgain: 'Look again',
    leftovers: 'only its settings are here',
    already: 'uses it already',
    change: (file: string): string => `This changes ${file}:`,
    nothing: (file: string): string => `Nothing changes in ${file}.`,
    register: (title: string): string => `Let ${title} use it`,
    skip: 'Without an assistant for now',
    goOn: 'Go on',
  },
  done: {
    well: (id: string): string => `${id} is ready.`,
    with: (id: string, clients: string): string => `${clients} can use ${id} now.`,
    ask: 'Ask this first',
    askCustom: (name: string): string => `What can you do with ${name}? List its tools in one line each.`,
    afterwards:
      'The answer’s calls stand in the history a moment later. When something should be changed, it waits for you under Approvals.',
    home: 'Go to Home',
    another: 'Set up another one',
  },
  gone: 'There is no such connection any more.',
};
