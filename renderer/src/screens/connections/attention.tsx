import { Button, Group } from '@mantine/core';
import type { ConnectionView } from '../../../../app/contract/index.ts';
import { Hint } from '../../parts/hint.tsx';
import { hashOfConnection } from '../../route.ts';
import type { Doing } from './test-and-restart.tsx';

interface AttentionProps {
  readonly connection: ConnectionView;
  readonly doing: Doing;
  /** The part of the connection's own page that is open: a button that leads there would lead nowhere. */
  readonly part?: string;
}

/** Why it needs a person, and the one button that helps. */
export function Attention({ connection, doing, part }: AttentionProps) {
  if (connection.state !== 'attention') return null;
  const { id, code, reason, hint } = connection;
  const remedy = remedyOf(code);
  return (
    <div className="attention">
      <div className="wrap">
        {reason} <Hint code={code} hint={hint} />
      </div>
      {remedy !== part && (
        <Group>
          {remedy === 'restart' && (
            <Button size="compact-sm" loading={doing.busy === 'restart'} onClick={doing.restart}>
              Restart it
            </Button>
          )}
          {remedy === 'test' && (
            <Button size="compact-sm" loading={doing.busy === 'test'} onClick={doing.test}>
              Try again
            </Button>
          )}
          {remedy === 'changes' && (
            <Button size="compact-sm" component="a" href={`${hashOfConnection(id)}?part=changes`}>
              Look at the difference
            </Button>
          )}
          {remedy === 'settings' && (
            <Button size="compact-sm" component="a" href={`${hashOfConnection(id)}?part=settings`}>
              Correct the credential
            </Button>
          )}
        </Group>
      )}
    </div>
  );
}

function remedyOf(code: string): 'restart' | 'test' | 'changes' | 'settings' {
  if (code.startsWith('GH_SERVER_')) return 'restart';
  if (code === 'GH_DEFINITION_HELD') return 'changes';
  return CREDENTIAL.has(code) ? 'settings' : 'test';
}

/** Codes that another or a better credential helps against; for the rest one tries again when the cause is gone. */
const CREDENTIAL = new Set([
  'GH_SIGN_IN',
  'GH_VENDOR_SCOPE',
  'GH_TEST_FAILED',
  'GH_SECRET_DAMAGED',
  'GH_SCOPE_MISSING',
]);
