import { Spotlight, type SpotlightActionData, spotlight } from '@mantine/spotlight';
import '@mantine/spotlight/styles.css';
import { useEffect } from 'react';
import { useStore } from '../api/store.ts';
import { hashOf, hashOfConnection } from '../route.ts';
import { useWords } from '../words/index.ts';
import { copyReport, setPaused, setTheme, testConnection, verifyHistory } from './deeds.ts';
import { keyText } from './keys.ts';
import { LISTED } from './navigation.tsx';

/** Everything by its name. Opens whenever `asked` grows. */
export function Palette({ asked }: { readonly asked: number }) {
  const { palette } = useWords();
  // biome-ignore lint/correctness/useExhaustiveDependencies: asked for once more
  useEffect(() => spotlight.open(), [asked]);
  return (
    <Spotlight
      shortcut={null}
      actions={[
        { group: palette.groups.screens, actions: useScreens() },
        { group: palette.groups.actions, actions: useDeeds() },
        { group: palette.groups.connections, actions: useConnections() },
      ]}
      nothingFound={palette.nothing}
      searchProps={{ placeholder: palette.search, 'aria-label': palette.search }}
      scrollable
      maxHeight="min(60vh, 460px)"
      attributes={{ content: { 'aria-label': palette.label } }}
    />
  );
}

const goTo = (hash: string) => (): void => {
  location.hash = hash;
};

function useScreens(): SpotlightActionData[] {
  const words = useWords();
  return LISTED.map(name => ({
    id: `screen ${name}`,
    label: words[name].title,
    onClick: goTo(hashOf([name])),
    ...(name === 'settings' ? { rightSection: keyText('settings') } : {}),
  }));
}

function useDeeds(): SpotlightActionData[] {
  const { palette } = useWords();
  const paused = useStore(state => state.loaded.status?.paused ?? false);
  const theme = useStore(state => state.loaded.status?.theme);
  return [
    paused
      ? { id: 'resume', label: palette.resume, onClick: () => void setPaused(false) }
      : { id: 'pause', label: palette.pause, onClick: () => void setPaused(true), rightSection: keyText('pause') },
    { id: 'add', label: palette.add, onClick: goTo(hashOf(['start'])) },
    { id: 'verify', label: palette.verify, onClick: () => void verifyHistory() },
    { id: 'report', label: palette.report, onClick: () => void copyReport() },
    { id: 'code', label: palette.code, onClick: goTo(hashOf(['approvals'])) },
    ...(['light', 'dark', 'system'] as const)
      .filter(name => name !== theme)
      .map(name => ({ id: `theme ${name}`, label: palette.theme[name], onClick: () => void setTheme(name) })),
  ];
}

function useConnections(): SpotlightActionData[] {
  const { palette } = useWords();
  const connections = useStore(state => state.loaded.connections) ?? [];
  return connections.flatMap(({ id, title }) => [
    { id: `connection ${id}`, label: id, description: title, onClick: goTo(hashOfConnection(id)) },
    { id: `test ${id}`, label: palette.test(id), onClick: () => void testConnection(id) },
  ]);
}
