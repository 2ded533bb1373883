import type { App, BrowserWindow } from 'electron';
import { type AppState, waitingIn } from './state.ts';

/** Says that something waits without taking the keyboard from whatever the person does: a number at the icon, a bounce, a flash. */
export function createAttention(deps: {
  readonly app: Pick<App, 'dock' | 'setBadgeCount'>;
  readonly window: () => BrowserWindow | undefined;
}): (state: AppState, before: AppState) => void {
  return (state, before) => {
    const [now, then] = [waitingIn(state), waitingIn(before)];
    if (now === then) return;
    deps.app.setBadgeCount(now);
    const window = deps.window();
    if (now > then) {
      deps.app.dock?.bounce('informational');
      if (window !== undefined && !window.isFocused()) window.flashFrame(true);
    } else if (now === 0) window?.flashFrame(false);
  };
}
