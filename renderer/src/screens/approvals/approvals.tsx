import { refresh, useStore } from '../../api/store.ts';
import { Empty, Loading, Page } from '../../parts/page.tsx';
import { NotLoaded } from '../../parts/problem.tsx';
import { useWords } from '../../words/index.ts';
import { OneTimeCode } from './one-time-code.tsx';
import { WaitingList } from './waiting-list.tsx';

/** The calls, and the questions of servers, that wait for the person. */
export function Approvals() {
  const words = useWords().approvals;
  const approvals = useStore(state => state.loaded.approvals);
  const questions = useStore(state => state.loaded.questions);
  const failed = useStore(state => state.failed.approvals);
  return (
    <Page title={words.title}>
      {failed !== undefined && <NotLoaded failure={failed} retry={() => void refresh('approvals', 'questions')} />}
      {approvals === undefined && failed === undefined && <Loading />}
      {approvals?.length === 0 && (questions ?? []).length === 0 && <Empty>{words.nothing}</Empty>}
      <WaitingList />
      <OneTimeCode />
    </Page>
  );
}
