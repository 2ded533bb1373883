import { Button, Group, Stack, Text, Title } from '@mantine/core';
import type { RuleView } from '../../../../app/contract/index.ts';
import { actionOf, timeOf, useNameOf } from '../../parts/words.tsx';
import type { Grant } from './grants.tsx';

const EFFECTS: Readonly<Record<string, string>> = { read: 'reading', write: 'changing', destructive: 'destroying' };

/** Grants of one assistant and grants for a time: easily forgotten, so they stand together, each with its way back. */
export function Exceptions({
  rules,
  onSet,
}: {
  readonly rules: readonly RuleView[];
  readonly onSet: (grant: Grant) => void;
}) {
  const nameOf = useNameOf();
  const now = new Date().toISOString();
  const special = rules.filter(rule => (rule.client !== '' || rule.until !== null) && (rule.until ?? '~') > now);
  if (special.length === 0) return null;
  return (
    <Stack gap={4} component="section" aria-label="Exceptions">
      <Title order={3} size="h6">
        Exceptions
      </Title>
      {special.map(rule => {
        const what =
          rule.tool === '' ? (EFFECTS[rule.effect] ?? rule.effect) : actionOf(rule.tool, rule.action || undefined);
        const who = rule.client === '' ? 'every assistant' : nameOf(rule.client);
        return (
          <Group key={[rule.client, rule.effect, rule.tool, rule.action].join('\n')} gap="xs">
            <Text size="sm" className="wrap">
              {rule.verdict} <b>{what}</b> for {who}
              {rule.until === null ? '' : `, until ${timeOf(rule.until)}`}
            </Text>
            <Button
              size="compact-xs"
              variant="default"
              aria-label={`End: ${rule.verdict} ${what} for ${who}`}
              onClick={() => onSet({ ...placeOf(rule), verdict: 'default' })}
            >
              End it
            </Button>
          </Group>
        );
      })}
    </Stack>
  );
}

function placeOf({ client, effect, tool, action }: RuleView): Omit<Grant, 'verdict'> {
  return {
    ...(client === '' ? {} : { client }),
    ...(effect === 'read' || effect === 'write' || effect === 'destructive' ? { effect } : {}),
    ...(tool === '' ? {} : { tool }),
    ...(action === '' ? {} : { action }),
  };
}
