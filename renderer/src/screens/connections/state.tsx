import { Badge } from '@mantine/core';
import type { ConnectionView } from '../../../../app/contract/index.ts';
import { Demo } from '../../parts/labels.tsx';
import { useWords } from '../../words/index.ts';

/** The others stand on the connection's own page. */
const SCOPES_SHOWN = 3;

const COLORS: Readonly<Record<ConnectionView['state'], string>> = {
  ready: 'green',
  starting: 'blue',
  stopping: 'blue',
  attention: 'orange',
  stopped: 'gray',
};

/** What a connection is doing, and what is special about it. */
export function State({ connection }: { readonly connection: ConnectionView }) {
  const { connections } = useWords();
  return (
    <>
      <Badge color={COLORS[connection.state]}>{connections.states[connection.state]}</Badge>
      {connection.demo && <Demo />}
      {connection.readOnly && <Badge color="gray">{connections.readOnlyMark}</Badge>}
      {connection.openCalls > 0 && <Badge color="blue">{connections.calls(connection.openCalls)}</Badge>}
    </>
  );
}

/** Who it is at the vendor, and what the credential may do there. */
export function Identity({ connection }: { readonly connection: ConnectionView }) {
  const { connections } = useWords();
  const { title, identity, scopes, scopesKnown } = connection;
  return (
    <div className="quiet wrap">
      {title}
      {identity === null ? '' : ` · ${identity}`}
      {scopes.length > 0 && ` · ${connections.may(scopes.slice(0, SCOPES_SHOWN), scopes.length - SCOPES_SHOWN)}`}
      {scopesKnown && scopes.length === 0 && ` · ${connections.mayNothing}`}
    </div>
  );
}
