import { lazy, Suspense } from 'react';
import { useRoute } from '../route.ts';
import { Shell } from './shell.tsx';

const Popover = lazy(async () => ({ default: (await import('../screens/popover.tsx')).Popover }));

/** The whole window, or the small one at the tray. */
export function Window() {
  const { path } = useRoute();
  if (path[0] !== 'popover') return <Shell />;
  return (
    <Suspense>
      <Popover />
    </Suspense>
  );
}
