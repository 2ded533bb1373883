import { Page } from '../../parts/page.tsx';
import { useWords } from '../../words/index.ts';

export function Doctor() {
  const { doctor: words } = useWords();
  return <Page title={words.title}>{null}</Page>;
}
