import { useStore } from '../api/store.ts';
import { hashOf, hashOfConnection } from '../route.ts';
import { useWords } from '../words/index.ts';
import { copyReport, setPaused, setTheme, testConnection, verifyHistory } from './deeds.ts';
import { keyText } from './keys.ts';
import { LISTED } from './navigation.tsx';

/** Something that the palette leads to or does. */
export interface Command {
  readonly id: string;
  readonly group: string;
  readonly label: string;
  readonly about?: string;
  readonly keys?: string;
  /** An address of the window. */
  readonly to?: string;
  readonly run?: () => void;
}

export function useCommands(): readonly Command[] {
  const words = useWords();
  const { palette } = words;
  const { groups } = palette;
  const paused = useStore(state => state.loaded.status?.paused ?? false);
  const theme = useStore(state => state.loaded.status?.theme);
  const connections = useStore(state => state.loaded.connections) ?? [];
  const screens: readonly Command[] = LISTED.map(name => ({
    id: `screen-${name}`,
    group: groups.screens,
    label: words[name].title,
    to: hashOf([name]),
    ...(name === 'settings' ? { keys: keyText('settings') } : {}),
  }));
  const pause: Command = paused
    ? { id: 'resume', group: groups.actions, label: palette.resume, run: () => void setPaused(false) }
    : {
        id: 'pause',
        group: groups.actions,
        label: palette.pause,
        keys: keyText('pause'),
        run: () => void setPaused(true),
      };
  const deeds: readonly Command[] = [
    { id: 'add', label: palette.add, to: hashOf(['start']) },
    { id: 'verify', label: palette.verify, run: () => void verifyHistory() },
    { id: 'report', label: palette.report, run: () => void copyReport() },
    { id: 'code', label: palette.code, to: hashOf(['approvals']) },
    ...(['light', 'dark', 'system'] as const)
      .filter(name => name !== theme)
      .map(name => ({ id: `theme-${name}`, label: palette.theme[name], run: () => void setTheme(name) })),
  ].map(deed => ({ ...deed, group: groups.actions }));
  return [
    ...screens,
    pause,
    ...deeds,
    ...connections.flatMap(({ id, uuid, title }) => [
      { id: `open-${uuid}`, group: groups.connections, label: id, about: title, to: hashOfConnection(id) },
      {
        id: `test-${uuid}`,
        group: groups.connections,
        label: palette.test(id),
        run: () => void testConnection(id),
      },
    ]),
  ];
}
