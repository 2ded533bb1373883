import { Code } from '@mantine/core';

/** Where the command line is told to use itself, the window names its own button instead. */
const HERE: Readonly<Record<string, string>> = {
  GH_DEFINITION_HELD: 'Look at the difference; then accept it, or remove the connection.',
  GH_TEST_FAILED: 'Correct the credential under “Settings and credentials”.',
  GH_SECRET_DAMAGED: 'Type the credential again under “Settings and credentials”. Other connections are not affected.',
  GH_SERVER_CRASH_LOOP: 'Look at what it last said, correct the cause, then restart it.',
  GH_SERVER_CANNOT_START: 'Check the command and its folder, then restart it.',
  GH_APPROVAL_GONE: 'It was answered, ran out of time or was withdrawn. The history tells which.',
  GH_CLIENT_UNDO_GONE: 'It was undone already. “Unregister” removes what Gatehouse wrote.',
};

/** The next step, with commands set apart. */
export function Hint({ code, hint }: { readonly code: string; readonly hint: string }) {
  const parts = (HERE[code] ?? hint).split('`');
  return (
    <>
      {parts.map((part, at) =>
        // biome-ignore lint/suspicious/noArrayIndexKey: the parts of one sentence never change places
        at % 2 === 0 ? part : <Code key={at}>{part}</Code>,
      )}
    </>
  );
}
