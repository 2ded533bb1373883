import { Kbd } from '@mantine/core';
import { Panel } from '../../parts/panel.tsx';
import { KEYS, type KeyName, keyText } from '../../shell/keys.ts';
import { useWords } from '../../words/index.ts';

/** The keys that work everywhere. */
export function Keys() {
  const { keys } = useWords().palette;
  return (
    <Panel title={keys.title}>
      <dl className="facts">
        {(Object.keys(KEYS) as KeyName[]).map(name => (
          <Row key={name} shown={keyText(name)} does={keys[name]} />
        ))}
        <Row shown="↑ ↓ Enter Esc" does={keys.choose} />
      </dl>
    </Panel>
  );
}

function Row({ shown, does }: { readonly shown: string; readonly does: string }) {
  return (
    <>
      <dt>
        <Kbd>{shown}</Kbd>
      </dt>
      <dd>{does}</dd>
    </>
  );
}
