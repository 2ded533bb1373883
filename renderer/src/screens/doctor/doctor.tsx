import { Button, Group, Text } from '@mantine/core';
import { useCallback, useState } from 'react';
import type { CheckView } from '../../../../app/contract/index.ts';
import { useAsked } from '../../api/asked.ts';
import { call } from '../../api/client.ts';
import { attempt, useStore } from '../../api/store.ts';
import { Hint } from '../../parts/hint.tsx';
import { Loading, Page } from '../../parts/page.tsx';
import { NotLoaded } from '../../parts/problem.tsx';
import { useWords } from '../../words/index.ts';

/** What works here and what does not, with remedies; and a report of it for others. */
export function Doctor() {
  const { doctor } = useWords();
  const connections = useStore(state => state.loaded.connections);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a connection that changed may be well now
  const ask = useCallback(() => call('doctor', {}), [connections]);
  const { value: checks, failure, again } = useAsked(ask);
  const bad = checks?.filter(({ ok }) => !ok) ?? [];
  return (
    <Page
      title={doctor.title}
      about={doctor.about}
      actions={
        <Button variant="default" onClick={again}>
          {doctor.again}
        </Button>
      }
    >
      {failure !== undefined && <NotLoaded failure={failure} retry={again} />}
      {checks === undefined && failure === undefined && <Loading />}
      {checks !== undefined && (
        <>
          <Text role="status" fw={600} className={bad.length === 0 ? 'good' : 'warn'}>
            {bad.length === 0 ? doctor.allWell : doctor.bad(bad.length)}
          </Text>
          <ul className="checks">
            {[...bad, ...checks.filter(({ ok }) => ok)].map(check => (
              <Check key={check.name} check={check} />
            ))}
          </ul>
          <Report />
        </>
      )}
    </Page>
  );
}

function Check({ check: { name, ok, says, remedy } }: { readonly check: CheckView }) {
  const { doctor } = useWords();
  const names: Readonly<Record<string, string>> = doctor.checks;
  return (
    <li>
      <Group gap="xs" wrap="nowrap" align="flex-start">
        <span className={ok ? 'verdict good' : 'verdict warn'}>{ok ? `✓ ${doctor.good}` : `! ${doctor.notGood}`}</span>
        <div className="wrap">
          <b>{names[name] ?? name}</b> <span className="quiet">{says}</span>
          {remedy !== '' && (
            <div>
              <Hint code="" hint={remedy} />
            </div>
          )}
        </div>
      </Group>
    </li>
  );
}

function Report() {
  const { doctor } = useWords();
  const [said, setSaid] = useState<'copied' | 'not copied'>();
  const [text, setText] = useState('');
  const copy = (): void =>
    void attempt(async () => {
      const told = await call('doctor.report', {});
      setText(told.text);
      await navigator.clipboard.writeText(told.text).then(
        () => setSaid('copied'),
        () => setSaid('not copied'),
      );
    });
  return (
    <div className="rule">
      <Group gap="sm">
        <Button onClick={copy}>{doctor.copyReport}</Button>
        <Text size="sm" c="dimmed">
          {doctor.reportText}
        </Text>
      </Group>
      <Text size="sm" role="status" mt="xs">
        {said === 'copied' ? doctor.copied : said === 'not copied' ? doctor.notCopied : ''}
      </Text>
      {text !== '' && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard
        <section className="code" aria-label={doctor.report} tabIndex={0}>
          {text}
        </section>
      )}
    </div>
  );
}
