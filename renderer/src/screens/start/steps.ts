import { hashOf } from '../../route.ts';

export const STEPS = ['choose', 'sign-in', 'check', 'assistants', 'done'] as const;
export type Step = (typeof STEPS)[number];

export const hashOfStep = (step: Step, place: Readonly<Record<string, string>> = {}): string =>
  hashOf(['start'], { step, ...place });
