import { Button, Group, Stack } from '@mantine/core';
import { useCallback, useEffect, useState } from 'react';
import type { ConnectionView } from '../../../../app/contract/index.ts';
import { call } from '../../api/client.ts';
import { attempt } from '../../api/store.ts';
import { Empty } from '../../parts/page.tsx';

const LINES = 200;

/** What the server last said of itself; secrets are masked before they get here. */
export function Log({ connection: { uuid, state } }: { readonly connection: ConnectionView }) {
  const [lines, setLines] = useState<readonly string[]>();
  const load = useCallback(
    () => void attempt(async () => setLines(await call('connections.logs', { id: uuid, lines: LINES }))),
    [uuid],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: a server that started or ended has said something
  useEffect(load, [load, state]);
  if (lines === undefined) return null;
  if (lines.length === 0) return <Empty>It has said nothing yet.</Empty>;
  return (
    <Stack gap="xs">
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <section className="code tall" aria-label="Log" tabIndex={0}>
        {lines.join('\n')}
      </section>
      <Group>
        <Button size="compact-sm" variant="default" onClick={load}>
          Look again
        </Button>
      </Group>
    </Stack>
  );
}
