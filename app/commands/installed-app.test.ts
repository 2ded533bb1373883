import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { eventually, runtime } from '../testing/index.ts';
import { installation } from '../testing/programs.ts';
import { noteInstalledApp } from './installed-app.ts';

it('who needs a host starts the installed app, hidden', async () => {
  await using here = installation(() => ({ DISPLAY: ':7' }));
  // The home is made by the first host.
  await here.run(['connections', 'list']);
  await here.run(['stop']);
  const launcher = join(here.folder, 'launcher');
  writeFileSync(
    launcher,
    `#!/bin/sh\necho "$@" > ${here.folder}/asked\necho $$ > ${here.folder}/pid\nexec ${runtime.node} ${runtime.cli} serve --json --no-open\n`,
    { mode: 0o755 },
  );
  noteInstalledApp(here.home, launcher);
  expect((await here.run(['connections', 'list'])).status).toBe(0);
  expect(readFileSync(join(here.folder, 'asked'), 'utf8')).toBe(`--hidden --home ${here.home}\n`);
  expect(here.hostPid()).toBe(Number(readFileSync(join(here.folder, 'pid'), 'utf8')));
});

it('an app that is gone, cannot start or has no desktop leaves nobody without a host', async () => {
  for (const [script, display] of [
    [undefined, ':7'],
    ['#!/bin/sh\nexit 1\n', ':7'],
    ['#!/bin/sh\nsleep 60\n', ''],
  ] as const) {
    await using here = installation(() => ({ DISPLAY: display }));
    await here.run(['connections', 'list']);
    await here.run(['stop']);
    await eventually(() => here.hostPid() === undefined);
    const launcher = join(here.folder, 'launcher');
    if (script !== undefined) writeFileSync(launcher, script, { mode: 0o755 });
    noteInstalledApp(here.home, launcher);
    expect((await here.run(['connections', 'list'])).status).toBe(0);
  }
});
