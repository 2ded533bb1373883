import type { PowerMonitor } from 'electron';

/**
 * Whether the screen is locked, as far as the system tells: macOS and Windows tell when it changes, some Linux desktops when
 * they are asked. `false` where nobody tells.
 */
export function followScreenLock(power: Pick<PowerMonitor, 'on' | 'getSystemIdleState'>): () => boolean {
  let locked = false;
  power.on('lock-screen', () => {
    locked = true;
  });
  power.on('unlock-screen', () => {
    locked = false;
  });
  return () => locked || power.getSystemIdleState(60) === 'locked';
}
