import '@mantine/core/styles.css';
import './window.css';
import { createRoot } from 'react-dom/client';
import { signIn } from './api/client.ts';
import { begin, useStore } from './api/store.ts';
import { NoKey } from './screens/no-key.tsx';
import { Window } from './shell/window.tsx';
import { Themed } from './themed.tsx';
import { speak } from './words/index.ts';

const place = document.getElementById('root');
if (place === null) throw new Error('index.html has no #root');
// A new address pasted over an open window changes only the hash: start over with its key.
addEventListener('hashchange', () => {
  if (/[#&](key|launch)=/.test(location.hash)) location.reload();
});
await speak('system');
const signedIn = await signIn();
if (signedIn === 'in') {
  useStore.subscribe(({ loaded: { status } }) => void speak(status?.language ?? 'system'));
  begin();
}
createRoot(place).render(<Themed>{signedIn === 'in' ? <Window /> : <NoKey because={signedIn} />}</Themed>);
