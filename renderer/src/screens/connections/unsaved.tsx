import { Badge, Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import type { GrantsPreviewView } from '../../../../app/contract/index.ts';
import { actionOf } from '../../parts/labels.tsx';
import { useWords } from '../../words/index.ts';
import { tokensOf } from './cost.tsx';
import type { Draft } from './draft.ts';

/** What a change of grants would lead to, and the choice to make it. Stays in sight while one goes on choosing. */
export function Unsaved({ draft }: { readonly draft: Draft }) {
  const { grants: words } = useWords().connections;
  const [busy, setBusy] = useState(false);
  const { preview } = draft;
  if (!draft.changed) return null;
  const save = (): void => {
    setBusy(true);
    void draft.save().finally(() => setBusy(false));
  };
  return (
    <section className="unsaved" aria-label={words.draft.title}>
      <Group gap="sm" justify="space-between" align="flex-start">
        <div className="grow" role="status">
          {preview !== undefined && <Consequence preview={preview} />}
        </div>
        <Group gap="xs">
          <Button size="xs" variant="default" onClick={draft.discard}>
            {words.draft.discard}
          </Button>
          <Button size="xs" loading={busy} disabled={preview === undefined} onClick={save}>
            {words.draft.save}
          </Button>
        </Group>
      </Group>
      {preview !== undefined && preview.changes.length > 0 && <Which preview={preview} />}
    </section>
  );
}

function Consequence({ preview }: { readonly preview: GrantsPreviewView }) {
  const { grants: words } = useWords().connections;
  const { changes, before, after, widens } = preview;
  const wider = changes.filter(change => change.wider).length;
  return (
    <>
      <Text size="sm" fw={600} className={wider > 0 ? 'warn' : ''}>
        {changes.length === 0 ? words.draft.nothing : words.draft.change(changes.length, wider)}
      </Text>
      {widens && wider === 0 && (
        <Text size="sm" className="warn">
          {words.draft.widensOthers}
        </Text>
      )}
      {before.bytes !== after.bytes && (
        <Text size="xs" c="dimmed">
          {words.costThen(after.tools, tokensOf(after))}
        </Text>
      )}
    </>
  );
}

function Which({ preview }: { readonly preview: GrantsPreviewView }) {
  const { grants: words } = useWords().connections;
  const sorted = preview.changes.toSorted((a, b) => Number(b.wider) - Number(a.wider));
  return (
    <details>
      <summary>{words.draft.show}</summary>
      <ul className="which">
        {sorted.map(({ tool, action, before, after, wider }) => (
          <li key={`${tool}/${action}`}>
            {actionOf(tool, action)}: {words.draft.from(words.choices[before], words.choices[after])}{' '}
            {wider && <Badge color="orange">{words.draft.wider}</Badge>}
          </li>
        ))}
      </ul>
    </details>
  );
}
