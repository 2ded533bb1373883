import { Button, Group, Text } from '@mantine/core';
import { useState } from 'react';
import type { ClientView } from '../../../../app/contract/index.ts';
import { call } from '../../api/client.ts';
import { attempt, refresh } from '../../api/store.ts';
import { useNameOf } from '../../parts/labels.tsx';
import { useWords } from '../../words/index.ts';

const BROKEN = ['moved', 'missing'];

/** Entries that lead to an old place, or are gone, are put right at once. */
export function Repair({ clients }: { readonly clients: readonly ClientView[] }) {
  const { repair } = useWords().assistants;
  const nameOf = useNameOf();
  const [said, setSaid] = useState<readonly string[]>([]);
  const [busy, setBusy] = useState(false);
  const broken = clients.filter(client => client.entries.some(entry => BROKEN.includes(entry.state)));
  const heal = (): void => {
    setBusy(true);
    void attempt(async () => {
      const reports = await call('clients.heal', { restore: true });
      await refresh('clients');
      const told = reports.flatMap(({ client, healed, changed, problem }) => [
        ...(healed.length > 0 ? [repair.healed(nameOf(client), healed)] : []),
        ...(changed.length > 0 ? [repair.changed(nameOf(client), changed)] : []),
        ...(problem === null ? [] : [`${nameOf(client)}: ${problem}`]),
      ]);
      setSaid(told.length === 0 ? [repair.nothing] : told);
    }).finally(() => setBusy(false));
  };
  return (
    <>
      {broken.length > 0 && (
        <div className="attention">
          <div>{repair.needed(broken.map(({ title }) => title))}</div>
          <Group>
            <Button size="compact-sm" loading={busy} onClick={heal}>
              {repair.button}
            </Button>
          </Group>
        </div>
      )}
      <div role="status" className={said.length === 0 ? 'unseen' : ''}>
        {said.map(sentence => (
          <Text key={sentence} size="sm" className="wrap">
            {sentence}
          </Text>
        ))}
      </div>
    </>
  );
}
