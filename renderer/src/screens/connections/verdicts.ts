import type { EffectView, RuleView, VerdictView } from '../../../../app/contract/index.ts';

/** What can be set for a place; `default` takes its grant away. */
export type Choice = VerdictView | 'default';
export const CHOICES: readonly Choice[] = ['default', 'allow', 'ask', 'deny', 'hide'];

export function choiceOf(value: string): Choice {
  return CHOICES.find(choice => choice === value) ?? 'default';
}

export interface Place {
  readonly effect?: EffectView | undefined;
  readonly tool?: string | undefined;
  readonly action?: string | undefined;
}

/** The grant set for exactly this place and for good, or `default`. A grant for a time stands among the exceptions. */
export function verdictOf(rules: readonly RuleView[], client: string, place: Place): Choice {
  const { effect = '', tool = '', action = '' } = place;
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
