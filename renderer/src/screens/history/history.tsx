import { Button, Group, NativeSelect, TextInput } from '@mantine/core';
import { useCallback, useEffect, useRef, useState } from 'react';
import { Empty, Loading, Page } from '../../parts/page.tsx';
import { NotLoaded } from '../../parts/problem.tsx';
import { count } from '../../parts/words.tsx';
import { setQuery, useRoute } from '../../route.ts';
import { Details } from './details.tsx';
import { Entries } from './entries.tsx';
import { KIND_CHOICES } from './kinds.ts';
import { useTail } from './tail.ts';
import { Verify } from './verify.tsx';

const NEAR_TOP = 40;

/** What assistants, people and Gatehouse did, newest first. */
export function History() {
  const { query } = useRoute();
  const { kind = '', q = '' } = query;
  const [text, setText] = useState(q);
  const table = useRef<HTMLDivElement>(null);
  // It moves only while somebody watches the top, and neither points at a row nor stands on one.
  const mayMove = useCallback(() => scrollY < NEAR_TOP && table.current?.matches(':hover, :focus-within') !== true, []);
  const { list, failed, showHeld, older, again } = useTail(text, kind, mayMove);
  useEffect(() => setQuery({ q: text }), [text]);
  const everything = text.trim() === '' && kind === '';
  return (
    <Page title="History" actions={<Verify />}>
      <Group gap="xs">
        <TextInput
          type="search"
          aria-label="Search the history"
          placeholder="Search: a tool, an assistant, a word of the arguments"
          value={text}
          onChange={event => setText(event.currentTarget.value)}
          flex={1}
          miw={240}
        />
        <NativeSelect
          aria-label="Kind of entry"
          data={[{ value: '', label: 'all kinds' }, ...KIND_CHOICES]}
          value={kind}
          onChange={event => setQuery({ kind: event.currentTarget.value })}
          w={210}
        />
      </Group>
      {failed !== undefined && <NotLoaded failure={failed} retry={again} />}
      {list === undefined && failed === undefined && <Loading />}
      {list?.entries.length === 0 && (
        <Empty>{everything ? 'Nothing has happened yet.' : 'Nothing fits this search.'}</Empty>
      )}
      {list !== undefined && list.entries.length > 0 && (
        <div ref={table}>
          <Entries entries={list.entries} onOpen={entry => setQuery({ entry: String(entry.seq) })} />
        </div>
      )}
      {list !== undefined && list.held.length > 0 && (
        <div className="pill">
          <Button
            size="compact-sm"
            radius="xl"
            onClick={() => {
              showHeld();
              scrollTo(0, 0);
            }}
          >
            {count(list.held.length, 'new entry', 'new entries')}
          </Button>
        </div>
      )}
      {list?.more === true && (
        <Group>
          <Button variant="default" onClick={older}>
            Show older entries
          </Button>
        </Group>
      )}
      <Details entries={list?.entries ?? []} />
    </Page>
  );
}
