export const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type Level = (typeof LEVELS)[number];

export interface LogLine {
  readonly key: number;
  /** ISO time. */
  readonly time: string;
  readonly level: Level;
  readonly text: string;
  /** What else the line holds. */
  readonly rest: string;
}

/** A line of a server's log: a time, then what it wrote, as JSON or as it pleased. */
export function logLineOf(line: string, key: number): LogLine {
  const space = line.indexOf(' ');
  const [time, said] = [line.slice(0, space), line.slice(space + 1)];
  const told = objectIn(said);
  if (told === undefined) return { key, time, level: levelIn(said), text: said, rest: '' };
  const { level, msg, time: _time, name: _name, ...rest } = told;
  return {
    key,
    time,
    level: LEVELS.find(one => one === level) ?? 'info',
    text: typeof msg === 'string' ? msg : '',
    rest: Object.keys(rest).length === 0 ? '' : JSON.stringify(rest),
  };
}

function objectIn(text: string): Readonly<Record<string, unknown>> | undefined {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as Readonly<Record<string, unknown>>;
  } catch {
    return undefined;
  }
}

/** Programs of other people say it in their own way, mostly near the beginning. */
function levelIn(text: string): Level {
  const beginning = text.slice(0, 80);
  if (/\b(error|fatal|critical|exception|traceback|emergency|alert)\b/i.test(beginning)) return 'error';
  if (/\bwarn(ing)?\b/i.test(beginning)) return 'warn';
  return /\b(debug|trace)\b/i.test(beginning) ? 'debug' : 'info';
}
