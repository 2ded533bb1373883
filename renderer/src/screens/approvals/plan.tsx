import { Text } from '@mantine/core';
import type { PlanView } from '../../../../app/contract/index.ts';
import { useWords } from '../../words/index.ts';

/** What the call would change, as the vendor has it now: what goes and what comes. */
export function Plan({ plan }: { readonly plan: PlanView }) {
  const { plan: words } = useWords().approvals;
  if (plan.state === 'reading') return <Text size="sm">{words.reading}</Text>;
  if (plan.state === 'unknown')
    return (
      <Text size="sm" className="wrap">
        <b>{words.unknown}</b> {plan.why}
      </Text>
    );
  if (plan.changes.length === 0) return <Text size="sm">{words.nothing}</Text>;
  return (
    <>
      <Text size="sm" fw={600}>
        {words.title}
      </Text>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard */}
      <section className="code" aria-label={words.title} tabIndex={0}>
        {plan.changes.map(({ what, before, after }) => (
          <div key={`${what}\n${before}\n${after}`}>
            {before !== null && (
              <div className="gone">
                − <del>{before}</del> <span className="quiet">{what}</span>
              </div>
            )}
            {after !== null && (
              <div className="good">
                + {after} <span className="quiet">{what}</span>
              </div>
            )}
          </div>
        ))}
      </section>
    </>
  );
}
