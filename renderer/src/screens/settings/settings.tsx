import { Page } from '../../parts/page.tsx';
import { useWords } from '../../words/index.ts';

export function Settings() {
  const { settings: words } = useWords();
  return <Page title={words.title}>{null}</Page>;
}
