import { Text } from '@mantine/core';
import { useStore } from '../../api/store.ts';
import { Loading, Page } from '../../parts/page.tsx';
import { useRoute } from '../../route.ts';
import { useWords } from '../../words/index.ts';
import { ChooseAssistant } from './assistants.tsx';
import { Check } from './check.tsx';
import { Choose } from './choose.tsx';
import { Done } from './done.tsx';
import { SignIn } from './sign-in.tsx';
import { STEPS, type Step } from './steps.ts';

/**
 * From nothing to an assistant that answers. Where one is stands in the address, what was done in the host: it can be left at
 * any step and taken up again. Nothing that was typed is kept but what the vault has.
 */
export function Start() {
  const { start } = useWords();
  const { query } = useRoute();
  const connections = useStore(state => state.loaded.connections);
  const backends = useStore(state => state.loaded.backends);
  const connection = connections?.find(({ id }) => id === query.connection);
  const backend = backends?.find(one => one.backend === (connection?.backend ?? query.backend));
  const asked = STEPS.find(one => one === query.step) ?? 'choose';
  const missing = asked === 'sign-in' ? backend === undefined : asked !== 'choose' && connection === undefined;
  const step = missing ? 'choose' : asked;
  if (connections === undefined || backends === undefined)
    return (
      <Page title={start.title}>
        <Loading />
      </Page>
    );
  return (
    <Page title={start.title}>
      <Steps step={step} />
      {missing && (
        <Text size="sm" className="warn" role="status">
          {start.gone}
        </Text>
      )}
      {step === 'choose' && <Choose backends={backends} connections={connections} />}
      {step === 'sign-in' && backend !== undefined && (
        <SignIn key={`${backend.backend}/${query.name}`} backend={backend} />
      )}
      {connection !== undefined && backend !== undefined && (
        <>
          {step === 'check' && <Check key={connection.uuid} connection={connection} backend={backend} />}
          {step === 'assistants' && <ChooseAssistant connection={connection} />}
          {step === 'done' && <Done connection={connection} backend={backend} />}
        </>
      )}
      {step !== 'done' && (
        <Text size="xs" c="dimmed">
          {start.later}
        </Text>
      )}
    </Page>
  );
}

function Steps({ step }: { readonly step: Step }) {
  const { start } = useWords();
  const here = STEPS.indexOf(step);
  return (
    <ol className="steps" aria-label={start.stepOf(here + 1, STEPS.length)}>
      {STEPS.map((name, at) => (
        <li key={name} data-done={at < here} aria-current={at === here ? 'step' : undefined}>
          {start.steps[name]}
        </li>
      ))}
    </ol>
  );
}
