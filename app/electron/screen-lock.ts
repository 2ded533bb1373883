import type { PowerMonitor } from 'electron';

/**
 * Whether the screen is locked, as far as the system tells: macOS and Windows tell when it changes, some Linux desktops when
 * they are asked. `false` where nobody tells.
 */
export function followScreenLock(
  power: Pick<PowerMonitor, 'on' | 'getSystemIdleState'>,
  onChanged: () => void,
): () => boolean {
  let locked = false;
  const become = (now: boolean) => (): void => {
    locked = now;
    onChanged();
  };
  power.on('lock-screen', become(true));
  power.on('unlock-screen', become(false));
  return () => locked || power.getSystemIdleState(60) === 'locked';
}
