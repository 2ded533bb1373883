import type { Rule, Verdict } from './decide.ts';

/** Ready-made grants. `default` takes away everything that was set for the place. */
const PRESETS = ['default', 'read-only', 'ask', 'full'] as const;
export type Preset = (typeof PRESETS)[number];

const VERDICTS: Readonly<
  Record<Exclude<Preset, 'default'>, readonly [read: Verdict, write: Verdict, destroy: Verdict]>
> = {
  // Hidden, not denied: what an assistant does not see costs it no attention.
  'read-only': ['allow', 'hide', 'hide'],
  ask: ['allow', 'ask', 'ask'],
  full: ['allow', 'allow', 'allow'],
};

/** The rules of a preset for one client, or for all (`''`), where `ask` is what holds anyway. */
export function rulesOfPreset(preset: Preset, client: string): readonly Rule[] {
  if (preset === 'default' || (preset === 'ask' && client === '')) return [];
  const [read, write, destructive] = VERDICTS[preset];
  const rule = { client, tool: '', action: '', until: null };
  return [
    { ...rule, effect: 'read', verdict: read },
    { ...rule, effect: 'write', verdict: write },
    { ...rule, effect: 'destructive', verdict: destructive },
  ];
}

/** The preset that is exactly what was set for the client; `null` when it is none of them. */
export function presetOf(rules: readonly Rule[], client: string): Preset | null {
  const key = (list: readonly Rule[]): string =>
    list
      .map(rule => [rule.effect, rule.tool, rule.action, rule.verdict, rule.until].join('\n'))
      .sort()
      .join('\n\n');
  const mine = key(rules.filter(rule => rule.client === client));
  const order: readonly Preset[] = client === '' ? ['ask', 'read-only', 'full'] : PRESETS;
  return order.find(preset => key(rulesOfPreset(preset, client)) === mine) ?? null;
}
