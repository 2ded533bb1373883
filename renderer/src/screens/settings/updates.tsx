import { Button, Group, Progress, Stack, Text } from '@mantine/core';
import { useCallback, useEffect } from 'react';
import { useAsked } from '../../api/asked.ts';
import type { desktop } from '../../api/desktop.ts';
import { attempt, hear } from '../../api/store.ts';
import { useFormats, useWords } from '../../words/index.ts';

type Deed = 'check' | 'download' | 'install' | 'later';

/** How it stands with updates of the installed app, and what may be done about it. */
export function Updates({ app, version }: { readonly app: NonNullable<typeof desktop>; readonly version: string }) {
  const { start } = useWords().settings;
  const words = start.update;
  const formats = useFormats();
  const { value: state, again } = useAsked(useCallback(() => app.call('desktop.updates', {}), [app]));
  useEffect(() => hear(event => event.type === 'updates' && again()), [again]);
  if (state === undefined) return null;
  const deed = (what: Deed, label: string, main = false) => (
    <Button
      size="xs"
      variant={main ? 'filled' : 'default'}
      onClick={() => void attempt(() => app.call('desktop.update', { deed: what })).then(again)}
    >
      {label}
    </Button>
  );
  const offered = 'version' in state ? state : undefined;
  return (
    <Stack gap="xs" aria-live="polite">
      <Text size="sm">
        <b>{start.updates}.</b> {words.version(version)} {state.kind === 'unsupported' && words.why[state.why]}
        {state.kind === 'checking' && words.checking}
        {state.kind === 'none' && words.none(formats.time(state.checkedAt))}
        {state.kind === 'available' && words.available(state.version)}
        {state.kind === 'downloading' && words.downloading(state.version)}
        {state.kind === 'ready' && words.ready(state.version)}
        {state.kind === 'installing' && words.installing(state.version)}
        {state.kind === 'failed' && `${state.message} ${state.hint} (${state.code})`}
      </Text>
      {state.kind === 'downloading' && <Progress value={state.percent} aria-label={words.downloading(state.version)} />}
      {offered !== undefined && offered.notes !== '' && (
        <Text size="sm" style={{ whiteSpace: 'pre-line' }} role="region" aria-label={words.notes}>
          {offered.notes}
        </Text>
      )}
      <Group gap="xs">
        {(state.kind === 'idle' || state.kind === 'none' || state.kind === 'failed') && deed('check', words.check)}
        {state.kind === 'available' && deed('download', words.download, true)}
        {state.kind === 'ready' && deed('install', words.install, true)}
        {(state.kind === 'available' || state.kind === 'ready') && !state.postponed && deed('later', words.later)}
      </Group>
    </Stack>
  );
}
