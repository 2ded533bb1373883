import { Badge } from '@mantine/core';
import type { ConnectionView } from '../../../../app/contract/index.ts';
import { Demo } from '../../parts/words.tsx';

const STATES: Readonly<Record<ConnectionView['state'], readonly [string, string]>> = {
  ready: ['ready', 'green'],
  starting: ['starting', 'blue'],
  stopping: ['stopping', 'blue'],
  attention: ['needs attention', 'orange'],
  stopped: ['starts when needed', 'gray'],
};

/** What a connection is doing, and what is special about it. */
export function State({ connection }: { readonly connection: ConnectionView }) {
  const [word, color] = STATES[connection.state];
  return (
    <>
      <Badge color={color}>{word}</Badge>
      {connection.demo && <Demo />}
      {connection.readOnly && <Badge color="gray">read-only</Badge>}
      {connection.openCalls > 0 && (
        <Badge color="blue">{connection.openCalls === 1 ? '1 call' : `${connection.openCalls} calls`}</Badge>
      )}
    </>
  );
}

/** Who it is at the vendor, and what the credential may do there. */
export function Identity({ connection }: { readonly connection: ConnectionView }) {
  const { title, identity, scopes, scopesKnown } = connection;
  return (
    <div className="quiet wrap">
      {title}
      {identity === null ? '' : ` · ${identity}`}
      {scopes.length > 0 && ` · may: ${scopes.join(', ')}`}
      {scopesKnown && scopes.length === 0 && ' · the credential may do nothing here'}
    </div>
  );
}
