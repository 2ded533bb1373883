import { execFile, spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@playwright/test';
import { createClient, defineInterface } from 'dbus-native';
import { openDisplay } from '../electron/display.ts';
import { openTrayHost } from '../electron/tray-host.ts';

/** What the specs bring along for a real Electron, shown to work where there is none. */

const run = promisify(execFile);
const ROOT = join(import.meta.dirname, '..', '..');

/** An icon of some program, with the parts that a panel asks for. */
async function registerItem(address: string) {
  const bus = createClient({ busAddress: address });
  const name = `org.kde.StatusNotifierItem-${process.pid}-1`;
  const item = defineInterface({
    name: 'org.kde.StatusNotifierItem',
    properties: {
      Title: { type: 's', access: 'read', value: 'Some program' },
      ToolTip: { type: '(sa(iiay)ss)', access: 'read', value: ['', [], 'Some program: ready', ''] },
      IconPixmap: { type: 'a(iiay)', access: 'read', value: [[1, 1, Buffer.from([255, 0, 0, 0])]] },
      Menu: { type: 'o', access: 'read', value: '/MenuBar' },
    },
  });
  const entry = (id: number, label: string, children: readonly unknown[] = []) => [
    id,
    [['label', ['s', label]]],
    children,
  ];
  const menu = defineInterface({
    name: 'com.canonical.dbusmenu',
    methods: {
      GetLayout: {
        in: { parent: 'i', depth: 'i', names: 'as' },
        out: { revision: 'u', layout: '(ia{sv}av)' },
        handler: () => ({
          revision: 1,
          layout: [
            0,
            [],
            [
              ['(ia{sv}av)', entry(1, 'Open')],
              ['(ia{sv}av)', entry(2, 'Quit')],
            ],
          ],
        }),
      },
    },
  });
  await bus.export('/StatusNotifierItem', item);
  await bus.export('/MenuBar', menu);
  await bus.requestName(name, 0);
  await bus.invoke({
    ...{ destination: 'org.kde.StatusNotifierWatcher', path: '/StatusNotifierWatcher' },
    ...{
      interface: 'org.kde.StatusNotifierWatcher',
      member: 'RegisterStatusNotifierItem',
      signature: 's',
      body: [name],
    },
  });
  return { [Symbol.dispose]: () => bus.connection.end() };
}

test('the specs’ own panel reads an icon’s title, tool tip, picture and menu from the bus', async () => {
  await using panel = await openTrayHost();
  expect(await panel.items()).toEqual([]);
  using _item = await registerItem(panel.address);
  expect(await panel.items()).toEqual([
    { title: 'Some program', toolTip: 'Some program: ready', hasIcon: true, menu: ['Open', 'Quit'] },
  ]);
});

test('[tray-absent] the app’s own question to the bus sees a panel where there is one, and none where there is none', async () => {
  test.skip(spawnSync('gdbus', ['help']).error !== undefined, 'there is no gdbus on this machine');
  await using panel = await openTrayHost();
  const question =
    "import { trayIsVisible } from './app/electron/tray-presence.ts'; process.stdout.write(String(await trayIsVisible('linux')));";
  const ask = async (address: string): Promise<string> => {
    const env = { ...process.env, DBUS_SESSION_BUS_ADDRESS: address };
    const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', question], { env, cwd: ROOT });
    return stdout;
  };
  expect(await ask(panel.address)).toBe('true');
  expect(await ask('unix:path=/nowhere')).toBe('false');
});

test('a machine without a display gets one for as long as it is needed', async () => {
  const there = (program: string): boolean => spawnSync(program, ['-version']).error === undefined;
  test.skip(!there('Xvfb'), 'there is no Xvfb on this machine');
  const socket = (display = ''): string => `/tmp/.X11-unix/X${display.slice(1)}`;
  let shown: string;
  {
    await using display = await openDisplay({}, 'linux');
    shown = socket(display.env.DISPLAY);
    expect(existsSync(shown)).toBe(true);
  }
  expect(existsSync(shown)).toBe(false);
  await using given = await openDisplay({ DISPLAY: ':7' }, 'linux');
  expect(given.env).toEqual({});
});
