import { Text } from '@mantine/core';
import { useStore } from '../../api/store.ts';
import { Panel } from '../../parts/panel.tsx';
import { useWords } from '../../words/index.ts';

/** What the desktop app can do and a host without a desktop cannot. */
export function Starting() {
  const { start } = useWords().settings;
  const status = useStore(state => state.loaded.status);
  return (
    <Panel title={start.title}>
      {status?.electron !== true && (
        <Text size="sm">
          <b>{start.atLogin}.</b> {start.atLoginText}
        </Text>
      )}
      <Text size="sm">
        <b>{start.updates}.</b> {start.updatesText(status?.version ?? '')}
      </Text>
    </Panel>
  );
}
