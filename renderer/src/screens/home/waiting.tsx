import { Button, Group, Title } from '@mantine/core';
import { useStore } from '../../api/store.ts';
import { actionOf, Effect, useNameOf } from '../../parts/labels.tsx';
import { hashOf } from '../../route.ts';
import { useFormats, useWords } from '../../words/index.ts';

/** The calls, and the questions of servers, that wait for an answer. They are answered on their own screen, where everything about them can be read. */
export function WaitingCalls() {
  const words = useWords();
  const { waiting } = words.home;
  const formats = useFormats();
  const nameOf = useNameOf();
  const approvals = useStore(state => state.loaded.approvals) ?? [];
  const questions = useStore(state => state.loaded.questions) ?? [];
  return (
    <section className="panel" aria-labelledby="home-waiting">
      <Title order={3} size="h5" id="home-waiting">
        {waiting.title}
      </Title>
      {approvals.length + questions.length === 0 && <div className="quiet">{waiting.none}</div>}
      {approvals.map(({ id, client, tool, action, connection, effect, flags, expiresAt }) => (
        <div key={id} className="line">
          <div className="wrap">{waiting.item(nameOf(client), actionOf(tool, action), connection)}</div>
          <Group gap="xs" justify="space-between">
            <Group gap={6}>
              <Effect effect={effect} flags={flags} />
              <span className="quiet">{waiting.until(formats.time(expiresAt))}</span>
            </Group>
            <Button size="compact-sm" component="a" href={hashOf(['approvals'])}>
              {waiting.look}
            </Button>
          </Group>
        </div>
      ))}
      {questions.map(({ id, client, tool, action, connection, expiresAt }) => (
        <div key={id} className="line">
          <div className="wrap">
            {words.approvals.question.asks(connection, actionOf(tool, action), nameOf(client))}
          </div>
          <Group gap="xs" justify="space-between">
            <span className="quiet">{waiting.until(formats.time(expiresAt))}</span>
            <Button size="compact-sm" component="a" href={hashOf(['approvals'])}>
              {waiting.look}
            </Button>
          </Group>
        </div>
      ))}
    </section>
  );
}
