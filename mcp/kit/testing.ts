import type { Manifest, Tool } from './define.ts';

/** A backend that asks nobody, around the tools under test. `scopes` are those its sign-in finds. */
export function manifestOf(tools: readonly Tool<object>[], scopes: readonly string[] | null = null): Manifest<object> {
  return {
    name: 'test',
    title: 'Test',
    description: 'For tests.',
    version: '1.2.3',
    instructions: 'None.',
    credentialHelp: 'Ask the test.',
    settings: [],
    credentials: [
      { name: 'key', title: 'Key', description: 'A key.', kind: 'secret', required: true, variable: 'TEST_KEY' },
    ],
    scopes: [],
    defaultPresentation: 'grouped',
    limits: { concurrency: 2 },
    address: () => ({ baseUrl: 'https://vendor.test' }),
    open: () => ({}),
    authorizer: () => undefined,
    signIn: async () => ({ identity: 'tester', scopes }),
    tools,
    prompts: [],
    resources: [],
  };
}
