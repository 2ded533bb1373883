import { Switch, Text } from '@mantine/core';
import { useCallback } from 'react';
import { useAsked } from '../../api/asked.ts';
import { desktop } from '../../api/desktop.ts';
import { attempt, useStore } from '../../api/store.ts';
import { Panel } from '../../parts/panel.tsx';
import { useWords } from '../../words/index.ts';
import { Updates } from './updates.tsx';

/** What the desktop app can do and a host without a desktop cannot. */
export function Starting() {
  const { start } = useWords().settings;
  const status = useStore(state => state.loaded.status);
  return (
    <Panel title={start.title}>
      {desktop !== undefined && <AtLogin app={desktop} />}
      {desktop === undefined && status?.electron !== true && (
        <Text size="sm">
          <b>{start.atLogin}.</b> {start.atLoginText}
        </Text>
      )}
      {desktop !== undefined && <Command app={desktop} />}
      {desktop === undefined ? (
        <Text size="sm">
          <b>{start.updates}.</b> {start.updatesText(status?.version ?? '')}
        </Text>
      ) : (
        <Updates app={desktop} version={status?.version ?? ''} />
      )}
    </Panel>
  );
}

function AtLogin({ app }: { readonly app: NonNullable<typeof desktop> }) {
  const { start } = useWords().settings;
  const { value, again } = useAsked(useCallback(() => app.call('desktop.atLogin', {}), [app]));
  return (
    <Switch
      label={start.atLogin}
      description={start.atLoginHere}
      checked={value?.atLogin ?? false}
      disabled={value === undefined}
      onChange={event => {
        const atLogin = event.currentTarget.checked;
        void attempt(() => app.call('desktop.setAtLogin', { atLogin })).then(again);
      }}
    />
  );
}

function Command({ app }: { readonly app: NonNullable<typeof desktop> }) {
  const { start } = useWords().settings;
  const { value, again } = useAsked(useCallback(() => app.call('desktop.command', {}), [app]));
  return (
    <Switch
      label={start.command}
      description={value === undefined ? '' : start.commandText[value.state](value.where, value.onPath)}
      checked={value?.state === 'installed' || value?.state === 'package'}
      disabled={value === undefined || value.state === 'package' || value.state === 'taken'}
      onChange={event => {
        const installed = event.currentTarget.checked;
        void attempt(() => app.call('desktop.setCommand', { installed })).then(again);
      }}
    />
  );
}
