import { Button, Group } from '@mantine/core';
import type { ConnectionView } from '../../../../app/contract/index.ts';
import { Hint } from '../../parts/hint.tsx';
import { hashOfConnection } from '../../route.ts';

/** Why it needs a person, and the one button that helps. */
export function Attention({
  connection,
  onRestart,
}: {
  readonly connection: ConnectionView;
  readonly onRestart: () => void;
}) {
  if (connection.state !== 'attention') return null;
  return (
    <div className="attention">
      <div className="wrap">
        {connection.reason} <Hint code={connection.code} hint={connection.hint} />
      </div>
      <Group>
        <Remedy connection={connection} onRestart={onRestart} />
      </Group>
    </div>
  );
}

function Remedy({
  connection: { id, code },
  onRestart,
}: {
  readonly connection: ConnectionView;
  readonly onRestart: () => void;
}) {
  if (code.startsWith('GH_SERVER_'))
    return (
      <Button size="compact-sm" onClick={onRestart}>
        Restart it
      </Button>
    );
  const [label, part] =
    code === 'GH_DEFINITION_HELD' ? ['Look at the difference', 'changes'] : ['Correct the credential', 'settings'];
  return (
    <Button size="compact-sm" component="a" href={`${hashOfConnection(id)}?part=${part}`}>
      {label}
    </Button>
  );
}
