import { Button, Group, Stack, Text, Title } from '@mantine/core';
import type { RuleView } from '../../../../app/contract/index.ts';
import { actionOf, useNameOf } from '../../parts/labels.tsx';
import { useFormats, useWords } from '../../words/index.ts';
import type { Grant } from './grants.tsx';

/** Grants of one assistant and grants for a time: easily forgotten, so they stand together, each with its way back. */
export function Exceptions({
  rules,
  onSet,
}: {
  readonly rules: readonly RuleView[];
  readonly onSet: (grant: Grant) => void;
}) {
  const { grants: words } = useWords().connections;
  const formats = useFormats();
  const nameOf = useNameOf();
  const now = new Date().toISOString();
  const special = rules.filter(rule => (rule.client !== '' || rule.until !== null) && (rule.until ?? '~') > now);
  if (special.length === 0) return null;
  return (
    <Stack gap={4} component="section" aria-label={words.exceptions}>
      <Title order={3} size="h6">
        {words.exceptions}
      </Title>
      {special.map(rule => {
        const what =
          rule.tool === ''
            ? effectOf(words.exceptionEffects, rule.effect)
            : actionOf(rule.tool, rule.action || undefined);
        const who = rule.client === '' ? words.everyAssistant : nameOf(rule.client);
        const told = words.exception(words.choices[rule.verdict], what, who);
        return (
          <Group key={[rule.client, rule.effect, rule.tool, rule.action].join('\n')} gap="xs">
            <Text size="sm" className="wrap">
              {told}
              {rule.until === null ? '' : `, ${words.until(formats.time(rule.until))}`}
            </Text>
            <Button
              size="compact-xs"
              variant="default"
              aria-label={words.endOf(told)}
              onClick={() => onSet({ ...placeOf(rule), verdict: 'default' })}
            >
              {words.end}
            </Button>
          </Group>
        );
      })}
    </Stack>
  );
}

function effectOf(words: Readonly<Record<string, string>>, effect: string): string {
  return words[effect] ?? effect;
}

function placeOf({ client, effect, tool, action }: RuleView): Omit<Grant, 'verdict'> {
  return {
    ...(client === '' ? {} : { client }),
    ...(effect === 'read' || effect === 'write' || effect === 'destructive' ? { effect } : {}),
    ...(tool === '' ? {} : { tool }),
    ...(action === '' ? {} : { action }),
  };
}
