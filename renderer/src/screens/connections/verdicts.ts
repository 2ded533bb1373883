import type { RuleView, VerdictView } from '../../../../app/contract/index.ts';

/** What can be set for a place; `default` takes its grant away. */
export type Choice = VerdictView | 'default';
export const CHOICES: readonly Choice[] = ['default', 'allow', 'ask', 'deny', 'hide'];

export function choiceOf(value: string): Choice {
  return CHOICES.find(choice => choice === value) ?? 'default';
}

type Place = Partial<Pick<RuleView, 'client' | 'effect' | 'tool' | 'action'>>;

/** The grant set for exactly this place and for good, or `default`. A grant for a time stands among the exceptions. */
export function verdictOf(rules: readonly RuleView[], place: Place): Choice {
  const { client = '', effect = '', tool = '', action = '' } = place;
  return (
    rules.find(
      rule =>
        rule.until === null &&
        rule.client === client &&
        rule.effect === effect &&
        rule.tool === tool &&
        rule.action === action,
    )?.verdict ?? 'default'
  );
}
