import type { ReactNode } from 'react';
import type { ConnectionView } from '../../../../app/contract/index.ts';
import { hashOf } from '../../route.ts';
import { useFormats, useWords } from '../../words/index.ts';
import './connections.css';

/** The connection at a glance: who it is at the vendor, its server, its limits there, its calls. */
export function Overview({ connection }: { readonly connection: ConnectionView }) {
  const { connections } = useWords();
  const formats = useFormats();
  const { overview } = connections;
  const { identity, scopes, scopesKnown, pid, tools, health, backend, id } = connection;
  return (
    <dl className="overview" aria-label={overview.title}>
      <Fact name={overview.identity}>{identity ?? overview.unknownYet}</Fact>
      {backend !== 'custom' && (
        <Fact name={overview.scopes} isLong>
          {!scopesKnown ? overview.scopesUnknown : scopes.length === 0 ? overview.nothing : scopes.join(', ')}
        </Fact>
      )}
      <Fact name={overview.server}>{pid === null ? overview.stopped : overview.running(pid)}</Fact>
      <Fact name={overview.offers}>{overview.actions(tools)}</Fact>
      {backend !== 'custom' && (
        <>
          <Fact name={overview.breaker}>
            {health === null ? overview.notRunning : overview.breakers[health.breaker]}
          </Fact>
          <Fact name={overview.budget}>
            {health === null
              ? overview.notRunning
              : health.budgetLeft === undefined
                ? overview.budgetUnknown
                : formats.number(health.budgetLeft)}
          </Fact>
        </>
      )}
      <Fact name={overview.history}>
        <a href={hashOf(['history'], { connection: id })}>{overview.calls}</a>
      </Fact>
    </dl>
  );
}

interface FactProps {
  readonly name: string;
  /** Takes two columns. */
  readonly isLong?: boolean;
  readonly children: ReactNode;
}

function Fact({ name, isLong = false, children }: FactProps) {
  return (
    <div className={isLong ? 'long' : undefined}>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  );
}
