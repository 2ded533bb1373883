import { Badge, Button, Group, Switch, Text, TextInput } from '@mantine/core';
import { type FormEvent, useCallback, useState } from 'react';
import type { ClientKeyView } from '../../../../app/contract/index.ts';
import { useAsked } from '../../api/asked.ts';
import { call } from '../../api/client.ts';
import { attempt, useStore } from '../../api/store.ts';
import { Copyable } from '../../parts/copy.tsx';
import { useNameOf } from '../../parts/labels.tsx';
import { Panel } from '../../parts/panel.tsx';
import { NotLoaded } from '../../parts/problem.tsx';
import { Sure } from '../../parts/sure.tsx';
import { useWords } from '../../words/index.ts';
import type { SettingsProps } from './settings.tsx';

/** MCP over loopback HTTP: on or off, where, and who has a key. */
export function HttpEndpoint({ values, set }: SettingsProps) {
  const { http } = useWords().settings;
  const address = useStore(state => state.loaded.status?.mcpEndpoint);
  const on = values.mcpEndpoint === true;
  return (
    <Panel title={http.title}>
      <Text size="sm" c="dimmed">
        {http.about}
      </Text>
      <Switch label={http.on} checked={on} onChange={event => void set('mcpEndpoint', event.currentTarget.checked)} />
      {on && address && <Copyable text={address} label={http.address} />}
      {on && <Keys />}
    </Panel>
  );
}

function Keys() {
  const { http } = useWords().settings;
  const clients = useStore(state => state.loaded.clients);
  // biome-ignore lint/correctness/useExhaustiveDependencies: whoever registers or revokes changes the keys
  const ask = useCallback(() => call('clients.keys', {}), [clients]);
  const { value: keys, failure, again } = useAsked(ask);
  return (
    <>
      <Text size="sm">
        <b>{http.keys}.</b> {http.keysText}
      </Text>
      {failure !== undefined && <NotLoaded failure={failure} retry={again} />}
      {keys?.map(key => (
        <Key key={key.client} given={key} onChanged={again} />
      ))}
      <NewKey onMade={again} />
    </>
  );
}

function Key({ given, onChanged }: { readonly given: ClientKeyView; readonly onChanged: () => void }) {
  const { http } = useWords().settings;
  const nameOf = useNameOf();
  const { client, file, revoked } = given;
  return (
    <section className="line" aria-label={nameOf(client)}>
      <Group gap="xs">
        <b>{nameOf(client)}</b>
        {revoked && <Badge color="gray">{http.revoked}</Badge>}
        {client === 'terminal' && <span className="quiet">{http.own}</span>}
      </Group>
      {!revoked && <div className="quiet wrap">{file}</div>}
      {!revoked && client !== 'terminal' && (
        <div>
          <Sure
            ask={http.revokeOf(nameOf(client))}
            loses={http.revokeLoses}
            no={http.revokeNo}
            yes={http.revokeYes}
            onYes={() => attempt(() => call('clients.revoke', { client }).then(onChanged))}
          />
        </div>
      )}
    </section>
  );
}

function NewKey({ onMade }: { readonly onMade: () => void }) {
  const { http } = useWords().settings;
  const [name, setName] = useState('');
  const [made, setMade] = useState('');
  const make = (event: FormEvent): void => {
    event.preventDefault();
    void attempt(async () => {
      const { file } = await call('clients.key', { client: name.trim() });
      setMade(file);
      setName('');
      onMade();
    });
  };
  return (
    <form onSubmit={make} aria-label={http.program}>
      <Group gap="xs" align="flex-end">
        <TextInput
          label={http.program}
          description={http.programText}
          spellCheck={false}
          autoComplete="off"
          value={name}
          onChange={event => setName(event.currentTarget.value)}
        />
        <Button type="submit" variant="default" disabled={name.trim() === ''}>
          {http.make}
        </Button>
      </Group>
      <Text size="sm" role="status" className="good wrap">
        {made === '' ? '' : http.made(made)}
      </Text>
    </form>
  );
}
