import type { HostEvent } from '../../../app/contract/index.ts';
import { headers } from './client.ts';

/** `refused`: the host is another one now, with another key; asking again is of no use. */
export type Line = 'up' | 'lost' | 'refused';

const RETRY_MS = 1_500;
/** The host says something every 15 s. Longer silence is a dead line that nobody closed, as after a sleep. */
const SILENT_MS = 40_000;

/** What the host pushes, for as long as the window is open. A lost line is taken up again by itself. */
export function listen(onEvent: (event: HostEvent) => void, onLine: (line: Line) => void): void {
  const read = async (): Promise<Line> => {
    const ended = new AbortController();
    const response = await fetch('/api/events', { headers: headers(), signal: ended.signal });
    if (response.status === 401) return 'refused';
    if (!response.ok || response.body === null) return 'lost';
    onLine('up');
    let rest = '';
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      const silence = setTimeout(() => ended.abort(), SILENT_MS);
      const part = await reader.read().finally(() => clearTimeout(silence));
      if (part.done) return 'lost';
      const blocks = (rest + part.value).split('\n\n');
      rest = blocks.pop() ?? '';
      for (const block of blocks) if (block.startsWith('data: ')) onEvent(JSON.parse(block.slice(6)) as HostEvent);
    }
  };
  const again = async (): Promise<void> => {
    const line = await read().catch((): Line => 'lost');
    onLine(line);
    if (line !== 'refused') setTimeout(again, RETRY_MS);
  };
  void again();
}
