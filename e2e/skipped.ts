import type { Reporter, TestCase, TestResult } from '@playwright/test/reporter';

/** Playwright's list names what was skipped and keeps the reason to itself: at the end each reason is told, with how often it held. */
export default class Skipped implements Reporter {
  readonly #reasons = new Map<string, number>();

  onTestEnd(test: TestCase, { status, annotations }: TestResult): void {
    if (status !== 'skipped') return;
    const reason = annotations.find(({ type }) => type === 'skip')?.description ?? 'no reason given';
    const line = `[${test.parent.project()?.name}] skipped: ${reason.replace(/^skipped: /, '')}`;
    this.#reasons.set(line, (this.#reasons.get(line) ?? 0) + 1);
  }

  onEnd(): void {
    for (const [line, times] of this.#reasons) console.log(`  ${line} (${times})`);
  }

  printsToStdio(): boolean {
    return false;
  }
}
