import { Button, Group, NativeSelect, Pill, TextInput } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { StatsView } from '../../../../app/contract/index.ts';
import { call } from '../../api/client.ts';
import { useStore } from '../../api/store.ts';
import { useNameOf } from '../../parts/labels.tsx';
import { setQuery } from '../../route.ts';
import { useWords, type Words } from '../../words/index.ts';
import { kindOf, resultWord } from './kinds.ts';
import { FACETS, type Facet, TIMES, type View } from './view.ts';

const EFFECTS = ['read', 'write', 'destructive'] as const;
const DECISIONS = ['allow', 'ask', 'deny', 'hide', 'expired', 'held', 'accepted'] as const;
const OUTCOMES = ['ok', 'error', 'refused', 'cancelled', 'unknown', 'late'] as const;
const TYPING_MS = 200;

/** What is looked for; all of it stands in the address. */
export function Filters({ view, charts }: { readonly view: View; readonly charts: boolean }) {
  const { history } = useWords();
  const [open, setOpen] = useState(false);
  const [text, setText] = useState(view.text);
  useEffect(() => {
    const timer = setTimeout(() => setQuery({ q: text }), TYPING_MS);
    return () => clearTimeout(timer);
  }, [text]);
  // A link, or the way back, may name other words than those that were typed.
  useEffect(() => setText(typed => (typed.trim() === view.text ? typed : view.text)), [view.text]);
  const set = Object.keys(view.facets).length;
  return (
    <>
      <div className="filters">
        {!charts && (
          <TextInput
            type="search"
            aria-label={history.search}
            placeholder={history.searchHint}
            value={text}
            onChange={event => setText(event.currentTarget.value)}
            className="grow"
          />
        )}
        <NativeSelect
          aria-label={history.facets.time}
          data={[
            { value: '', label: `${history.facets.time}: ${charts ? history.times.week : history.any}` },
            ...TIMES.map(value => ({ value, label: history.times[value] })),
          ]}
          value={view.time}
          onChange={event => setQuery({ time: event.currentTarget.value, from: '', to: '' })}
        />
        <Button variant="default" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? history.fewerFilters : `${history.filters}${set > 0 ? ` (${set})` : ''}`}
        </Button>
      </div>
      {view.time === 'own' && <Range view={view} />}
      {open && <Choices view={view} charts={charts} />}
      {set > 0 && <Chosen view={view} />}
    </>
  );
}

function Range({ view }: { readonly view: View }) {
  const { history } = useWords();
  return (
    <Group gap="xs">
      {(['from', 'to'] as const).map(end => (
        <TextInput
          key={end}
          type="datetime-local"
          label={history[end]}
          value={view[end]}
          onChange={event => setQuery({ [end]: event.currentTarget.value })}
        />
      ))}
    </Group>
  );
}

/** Of the facets, those that mean something in a chart of ended calls. */
const OF_CHARTS: readonly Facet[] = ['client', 'connection', 'tool', 'effect', 'outcome'];

function Choices({ view, charts }: { readonly view: View; readonly charts: boolean }) {
  const words = useWords();
  const choices = useChoices();
  return (
    <div className="choice-grid">
      {FACETS.filter(facet => !charts || OF_CHARTS.includes(facet)).map(facet => {
        const chosen = view.facets[facet] ?? '';
        const values = new Set([...choices[facet], ...(chosen === '' ? [] : [chosen])]);
        return (
          <NativeSelect
            key={facet}
            label={words.history.facets[facet]}
            data={[
              { value: '', label: words.history.any },
              ...[...values].map(value => ({ value, label: wordOf(words, facet, value) })),
            ]}
            value={chosen}
            onChange={event => setQuery({ [facet]: event.currentTarget.value })}
          />
        );
      })}
    </div>
  );
}

/** What was chosen, each with its way back. */
function Chosen({ view }: { readonly view: View }) {
  const words = useWords();
  const nameOf = useNameOf();
  const { history } = words;
  const chosen = FACETS.flatMap(facet => {
    const value = view.facets[facet];
    if (value === undefined) return [];
    return [{ facet, label: facet === 'client' ? nameOf(value) : wordOf(words, facet, value) }];
  });
  return (
    <Group gap="xs">
      {chosen.map(({ facet, label }) => (
        <Pill
          key={facet}
          size="md"
          withRemoveButton
          removeButtonProps={{
            'aria-label': history.without(`${history.facets[facet]} ${label}`),
            'aria-hidden': false,
            tabIndex: 0,
          }}
          onRemove={() => setQuery({ [facet]: '' })}
        >
          {history.facets[facet]}: {label}
        </Pill>
      ))}
      {chosen.length > 1 && (
        <Button
          size="compact-xs"
          variant="subtle"
          onClick={() => setQuery(Object.fromEntries(FACETS.map(facet => [facet, ''])))}
        >
          {history.clear}
        </Button>
      )}
    </Group>
  );
}

function wordOf(words: Words, facet: Facet, value: string): string {
  const effects: Readonly<Record<string, string>> = words.common.effects;
  if (facet === 'kind') return kindOf(words, value);
  if (facet === 'effect') return effects[value] ?? value;
  return facet === 'decision' || facet === 'outcome' ? resultWord(words, value) : value;
}

const MONTH_MS = 30 * 86_400_000;

/** What there is to choose from: what Gatehouse knows, and the tools that were used of late. */
function useChoices(): Readonly<Record<Facet, readonly string[]>> {
  const { history } = useWords();
  const connections = useStore(state => state.loaded.connections) ?? [];
  const clients = useStore(state => state.loaded.clients) ?? [];
  const [stats, setStats] = useState<StatsView>();
  useEffect(() => {
    const now = Date.now();
    const range = { from: new Date(now - MONTH_MS).toISOString(), to: new Date(now).toISOString() };
    // Without it there is less to choose from; the address still takes any tool.
    call('audit.stats', { ...range, bucketHours: 720 }).then(setStats, () => undefined);
  }, []);
  const sorted = (values: Iterable<string>): string[] => [...new Set(values)].sort();
  return {
    kind: Object.keys(history.kinds),
    client: sorted(['terminal', ...clients.map(({ id }) => id), ...(stats?.clients.map(one => one.client) ?? [])]),
    connection: sorted([...connections.map(({ id }) => id), ...(stats?.connections.map(one => one.connection) ?? [])]),
    tool: sorted(stats?.actions.map(one => one.tool) ?? []),
    effect: EFFECTS,
    decision: DECISIONS,
    outcome: OUTCOMES,
  };
}
