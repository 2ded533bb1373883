import { Button, Group, Text } from '@mantine/core';
import { useEffect, useState } from 'react';
import type { ApprovalView, SimilarCallView } from '../../../../app/contract/index.ts';
import { call } from '../../api/client.ts';
import { Arguments } from '../../parts/arguments.tsx';
import { hashOf } from '../../route.ts';
import { useFormats, useWords } from '../../words/index.ts';
import { type Difference, differences } from './difference.ts';

/** The arguments; and, where such a call went through before, what is different now. */
export function WhatIsAsked({ approval }: { readonly approval: ApprovalView }) {
  const { approvals } = useWords();
  const formats = useFormats();
  const similar = useSimilar(approval.id);
  const [open, setOpen] = useState(false);
  const asked = approval.arguments;
  const none = JSON.stringify(asked ?? {}) === '{}';
  const found = similar === undefined || similar === null ? [] : differences(similar.arguments, asked);
  return (
    <>
      {none ? (
        <Text size="sm" c="dimmed">
          {approvals.noArguments}
        </Text>
      ) : (
        !open && <Arguments value={asked} label={approvals.arguments} />
      )}
      {open && <Differences list={found} />}
      {similar !== undefined && (
        <Group gap="xs" className="quiet small">
          <span>
            {similar === null
              ? approvals.first
              : found.length === 0
                ? approvals.sameAsLast(formats.time(similar.time))
                : open
                  ? approvals.since(formats.time(similar.time))
                  : ''}
          </span>
          {found.length > 0 && (
            <Button size="compact-xs" variant="subtle" aria-expanded={open} onClick={() => setOpen(!open)}>
              {open ? approvals.showWhole : approvals.showDifference}
            </Button>
          )}
          {similar !== null && <a href={hashOf(['history'], { entry: String(similar.seq) })}>{approvals.lastCall}</a>}
        </Group>
      )}
    </>
  );
}

/** `undefined`: not known yet, or not to be found out. */
function useSimilar(id: string): SimilarCallView | null | undefined {
  const [similar, setSimilar] = useState<SimilarCallView | null>();
  useEffect(() => {
    let current = true;
    // Without it the card is whole all the same.
    call('approvals.similar', { id }).then(
      told => current && setSimilar(told.similar),
      () => undefined,
    );
    return () => {
      current = false;
    };
  }, [id]);
  return similar;
}

function Differences({ list }: { readonly list: readonly Difference[] }) {
  const { approvals } = useWords();
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
    <section className="code" aria-label={approvals.difference} tabIndex={0}>
      {list.map(({ path, before, after }) => (
        <div key={path}>
          <b>{path}</b>: {after !== undefined && <span className="good">{shown(after)}</span>}{' '}
          {before !== undefined && (
            <span className="quiet">
              ({approvals.was} <del>{shown(before)}</del>)
            </span>
          )}
        </div>
      ))}
    </section>
  );
}

const LONG = 400;

function shown(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return text.length > LONG ? `${text.slice(0, LONG)} …` : text;
}
