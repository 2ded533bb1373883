/** A line of one side; `undefined` where the other side has one more. */
export interface Side {
  readonly text: string;
  readonly sign: ' ' | '-' | '+';
}
export interface Row {
  readonly left: Side | undefined;
  readonly right: Side | undefined;
}

/** A unified diff as pairs of lines; `undefined` between two parts of the file that are far from each other. */
export function sideBySide(diff: string): readonly (Row | undefined)[] {
  const rows: (Row | undefined)[] = [];
  let gone: string[] = [];
  let come: string[] = [];
  const flush = (): void => {
    for (let at = 0; at < Math.max(gone.length, come.length); at++) {
      const [left, right] = [gone[at], come[at]];
      rows.push({
        left: left === undefined ? undefined : { text: left, sign: '-' },
        right: right === undefined ? undefined : { text: right, sign: '+' },
      });
    }
    gone = [];
    come = [];
  };
  for (const line of diff.split('\n')) {
    if (/^(Index:|===|--- |\+\+\+ |\\ No newline)/.test(line)) continue;
    const text = line.slice(1);
    if (line.startsWith('-')) gone.push(text);
    else if (line.startsWith('+')) come.push(text);
    else {
      flush();
      if (line.startsWith('@@')) {
        if (rows.length > 0) rows.push(undefined);
      } else if (line !== '') rows.push({ left: { text, sign: ' ' }, right: { text, sign: ' ' } });
    }
  }
  flush();
  return rows;
}
