import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import pino from 'pino';
import type { LogLevel } from './control.ts';
import { redactText } from './redact.ts';

/** Structured lines for people and programs: to stderr and to a file. Never to stdout, which belongs to MCP. */
export interface Logger {
  debug(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  error(message: string, fields?: Fields): void;
  /** The same log with fields on every line, such as the tool's name. */
  child(fields: Fields): Logger;
}
export type Fields = Readonly<Record<string, unknown>>;

const MAX_BYTES = 4 * 1024 * 1024;
const KEPT_FILES = 3;

/** `file`: kept to 4 MiB and three predecessors, mode 0600. Every line is redacted as a whole before it leaves. */
export function createLogger(deps: {
  readonly level: LogLevel;
  readonly name: string;
  readonly file: string | undefined;
  readonly secrets: () => Iterable<string>;
  readonly stderr?: (line: string) => void;
}): Logger {
  const file = deps.file === undefined ? undefined : rotatedFile(deps.file);
  const stderr = deps.stderr ?? ((line: string) => void writeSync(2, line));
  const out = {
    write(line: string) {
      const clean = redactText(line, deps.secrets());
      stderr(clean);
      file?.(clean);
    },
  };
  const options = {
    level: deps.level,
    base: { name: deps.name },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return wrap(pino(options, out));
}

function wrap(log: pino.Logger): Logger {
  return {
    debug: (message, fields = {}) => log.debug(fields, message),
    info: (message, fields = {}) => log.info(fields, message),
    warn: (message, fields = {}) => log.warn(fields, message),
    error: (message, fields = {}) => log.error(fields, message),
    child: fields => wrap(log.child(fields)),
  };
}

/** Appends, and turns `x.log` into `x.log.1` when it is full. A disk that is full or read-only ends the file, not the server. */
function rotatedFile(path: string): (line: string) => void {
  let descriptor: number | undefined;
  let size = 0;
  const open = (): void => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    descriptor = openSync(path, 'a', 0o600);
    size = fstatSync(descriptor).size;
  };
  const rotate = (): void => {
    if (descriptor !== undefined) closeSync(descriptor);
    for (let n = KEPT_FILES - 1; n >= 0; n--) {
      try {
        renameSync(n === 0 ? path : `${path}.${n}`, `${path}.${n + 1}`);
      } catch {
        // there is none of that age yet
      }
    }
    open();
  };
  return line => {
    try {
      if (descriptor === undefined) open();
      if (size > 0 && size + line.length > MAX_BYTES) rotate();
      if (descriptor !== undefined) size += writeSync(descriptor, line);
    } catch {
      descriptor = undefined;
    }
  };
}
