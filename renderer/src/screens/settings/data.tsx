import { Button, Group, Stack, Text } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { VaultView } from '../../../../app/contract/index.ts';
import { call } from '../../api/client.ts';
import { attempt, refresh, useStore } from '../../api/store.ts';
import { Copyable } from '../../parts/copy.tsx';
import { Hint } from '../../parts/hint.tsx';
import { Panel } from '../../parts/panel.tsx';
import { useWords } from '../../words/index.ts';
import { Secret } from '../connections/fields.tsx';

/** Where everything is kept, and whether the vault is open. */
export function Data() {
  const { data } = useWords().settings;
  const status = useStore(state => state.loaded.status);
  if (status === undefined) return null;
  return (
    <Panel title={data.title}>
      <Text size="sm" fw={600}>
        {data.folder}
      </Text>
      <Copyable text={status.home} label={data.folder} />
      <Text size="sm" fw={600}>
        {data.vault}
      </Text>
      {status.vault.state === 'open' ? <Open vault={status.vault} /> : <Closed vault={status.vault} />}
    </Panel>
  );
}

function Open({ vault }: { readonly vault: Extract<VaultView, { state: 'open' }> }) {
  const { data } = useWords().settings;
  const [busy, setBusy] = useState(false);
  const [said, setSaid] = useState('');
  const kinds: Readonly<Record<string, string>> = data.kinds;
  const rotate = (): void => {
    setBusy(true);
    void attempt(async () => {
      const { secrets } = await call('vault.rotate', {});
      setSaid(data.rotated(secrets));
      await refresh('status');
    }).finally(() => setBusy(false));
  };
  return (
    <Stack gap="xs">
      <Text size="sm">{data.open(vault.secrets, kinds[vault.kind] ?? vault.kind, vault.keyId)}</Text>
      <Group gap="sm">
        <Button size="compact-sm" variant="default" loading={busy} onClick={rotate}>
          {data.rotate}
        </Button>
        <Text size="xs" c="dimmed">
          {data.rotateText}
        </Text>
      </Group>
      <Text size="sm" role="status" className="good">
        {said}
      </Text>
    </Stack>
  );
}

/** The passphrase leaves the page's memory with the attempt, whether it was right or wrong. */
function Closed({ vault }: { readonly vault: Extract<VaultView, { state: 'closed' }> }) {
  const { data } = useWords().settings;
  const { common } = useWords();
  const [passphrase, setPassphrase] = useState('');
  const [busy, setBusy] = useState(false);
  const wanted = vault.kind === 'passphrase';
  const unlock = (event: FormEvent): void => {
    event.preventDefault();
    setBusy(true);
    setPassphrase('');
    void attempt(() => call('vault.unlock', wanted ? { passphrase } : {}))
      .then(() => refresh('status', 'connections'))
      .finally(() => setBusy(false));
  };
  return (
    <form onSubmit={unlock} aria-label={data.vault}>
      <Stack gap="xs" maw={420}>
        <Text size="sm" className="warn wrap">
          {vault.message} <Hint code={vault.code} hint={vault.hint} />
        </Text>
        {wanted && <Secret label={data.passphrase} value={passphrase} onChange={setPassphrase} />}
        <Group>
          <Button type="submit" loading={busy} disabled={wanted && passphrase === ''}>
            {wanted ? data.unlock : common.tryAgain}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}
