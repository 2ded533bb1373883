import { refresh, useStore } from '../../api/store.ts';
import { Empty, Loading, Page } from '../../parts/page.tsx';
import { NotLoaded } from '../../parts/problem.tsx';
import { AnsweredList, useAnswered } from './answered.tsx';
import { OneTimeCode } from './one-time-code.tsx';
import { Waiting } from './waiting.tsx';

/** The calls that wait for the person, the oldest first. */
export function Approvals() {
  const approvals = useStore(state => state.loaded.approvals);
  const failed = useStore(state => state.failed.approvals);
  const { gone, said, say } = useAnswered(approvals);
  return (
    <Page title="Approvals">
      {failed !== undefined && <NotLoaded failure={failed} retry={() => void refresh('approvals')} />}
      {approvals === undefined && failed === undefined && <Loading />}
      {approvals?.length === 0 && (
        <Empty>Nothing waits for you. When an assistant wants to change something, it appears here.</Empty>
      )}
      {approvals?.map(approval => (
        <Waiting key={approval.id} approval={approval} onAnswer={how => say(approval.id, how)} />
      ))}
      <AnsweredList gone={gone} said={said} />
      <OneTimeCode />
    </Page>
  );
}
