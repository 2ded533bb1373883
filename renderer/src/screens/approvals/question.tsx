import { Button, Card, Checkbox, Group, NativeSelect, NumberInput, Stack, Text, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import type { QuestionFieldView, QuestionView } from '../../../../app/contract/index.ts';
import { call } from '../../api/client.ts';
import { attempt } from '../../api/store.ts';
import { actionOf, Demo, useNameOf } from '../../parts/labels.tsx';
import { useWords } from '../../words/index.ts';
import { TimeLeft } from './time-left.tsx';

interface QuestionProps {
  readonly question: QuestionView;
  /** Tells how it was answered; nothing when the answer did not get through. */
  readonly onAnswer: (how: string) => void;
}

/** A server's own question as a form. */
export function Question({ question, onAnswer }: QuestionProps) {
  const { approvals } = useWords();
  const nameOf = useNameOf();
  const { id, connection, fields } = question;
  const what = actionOf(question.tool, question.action);
  const who = nameOf(question.client);
  const [values, setValues] = useState<Readonly<Record<string, unknown>>>(() =>
    Object.fromEntries(fields.map(field => [field.name, field.default ?? (field.kind === 'boolean' ? false : '')])),
  );
  const [busy, setBusy] = useState(false);
  const answer = (how: string, action: 'accept' | 'decline', content: Readonly<Record<string, unknown>>): void => {
    if (busy) return;
    setBusy(true);
    onAnswer('…');
    void attempt(() => call('questions.answer', { id, action, content: { ...content } })).then(done => {
      onAnswer(done === undefined ? '' : how);
      setBusy(false);
    });
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    const given = Object.entries(values).filter(([, value]) => value !== '');
    answer(approvals.answered.given, 'accept', Object.fromEntries(given));
  };
  return (
    <Card
      withBorder
      component="section"
      className="waiting"
      aria-label={approvals.question.asks(connection, what, who)}
    >
      <form onSubmit={submit}>
        <Stack gap="sm">
          <Group justify="space-between" wrap="nowrap" align="flex-start">
            <div className="grow">
              <Text className="wrap">
                <b>{connection}</b> {approvals.question.sentence} <b>{what}</b>, {approvals.question.used} <b>{who}</b>:
              </Text>
              {question.demo && <Demo mt={4} />}
            </div>
            <TimeLeft waiting={question} />
          </Group>
          <Text className="asked wrap">{question.message}</Text>
          {fields.map(field => (
            <Answer
              key={field.name}
              field={field}
              value={values[field.name]}
              onChange={value => setValues(old => ({ ...old, [field.name]: value }))}
            />
          ))}
          <Text size="xs" c="dimmed">
            {approvals.question.about}
          </Text>
          <Group gap="xs">
            <Button type="submit">{approvals.question.answer}</Button>
            <Button variant="light" color="red" onClick={() => answer(approvals.answered.declined, 'decline', {})}>
              {approvals.question.decline}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}

interface AnswerProps {
  readonly field: QuestionFieldView;
  readonly value: unknown;
  readonly onChange: (value: unknown) => void;
}

function Answer({ field, value, onChange }: AnswerProps) {
  const { approvals } = useWords();
  const { choices = [], min, max } = field;
  const common = { label: field.title, description: field.description, required: field.required };
  switch (field.kind) {
    case 'boolean':
      return (
        <Checkbox
          label={field.title}
          description={field.description}
          checked={value === true}
          onChange={event => onChange(event.currentTarget.checked)}
        />
      );
    case 'number':
    case 'integer':
      return (
        <NumberInput
          {...common}
          value={typeof value === 'number' ? value : ''}
          allowDecimal={field.kind === 'number'}
          {...(min === undefined ? {} : { min })}
          {...(max === undefined ? {} : { max })}
          onChange={onChange}
        />
      );
    case 'choice':
      return (
        <NativeSelect
          {...common}
          data={[
            { value: '', label: approvals.question.choose },
            ...choices.map(choice => ({ value: choice.value, label: choice.title })),
          ]}
          value={String(value)}
          onChange={event => onChange(event.currentTarget.value)}
        />
      );
    case 'choices':
      return (
        <Checkbox.Group {...common} value={Array.isArray(value) ? value.map(String) : []} onChange={onChange}>
          <Stack gap={6} mt="xs">
            {choices.map(choice => (
              <Checkbox key={choice.value} value={choice.value} label={choice.title} />
            ))}
          </Stack>
        </Checkbox.Group>
      );
    case 'text':
      return (
        <TextInput
          {...common}
          autoComplete="off"
          value={String(value)}
          {...(max === undefined ? {} : { maxLength: max })}
          onChange={event => onChange(event.currentTarget.value)}
        />
      );
  }
}
