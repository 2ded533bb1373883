import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { createClient, defineInterface, type MessageBus, toPlain } from 'dbus-native';
import { eventually } from '../../app/testing/index.ts';

const WATCHER = 'org.kde.StatusNotifierWatcher';
const ITEM = 'org.kde.StatusNotifierItem';

/** An icon as a panel gets it. */
export interface TrayItem {
  readonly title: string;
  readonly toolTip: string;
  /** By name, or as pixels. */
  readonly hasIcon: boolean;
  /** The labels of its menu, in order. */
  readonly menu: readonly string[];
}

/** A session bus of its own with what a desktop's panel has for icons (freedesktop.org, StatusNotifierItem). */
export interface TrayHost extends AsyncDisposable {
  /** For `DBUS_SESSION_BUS_ADDRESS`. */
  readonly address: string;
  items(): Promise<readonly TrayItem[]>;
}

export async function openTrayHost(): Promise<TrayHost> {
  const daemon = spawn('dbus-daemon', ['--session', '--nofork', '--print-address'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const address = await new Promise<string>((resolve, reject) => {
    createInterface({ input: daemon.stdout }).once('line', resolve);
    daemon.once('error', reject).once('exit', code => reject(new Error(`dbus-daemon ended with ${code}`)));
  });
  const bus = createClient({ busAddress: address });
  const registered: { readonly service: string; readonly path: string }[] = [];
  const watcher = defineInterface({
    name: WATCHER,
    methods: {
      RegisterStatusNotifierItem: {
        in: { service: 's' },
        // Some name their connection, some the object that they have there.
        handler({ service }: { readonly service: string }, { sender = '' }) {
          const item = service.startsWith('/')
            ? { service: sender, path: service }
            : { service, path: '/StatusNotifierItem' };
          registered.push(item);
          watcher.emit.StatusNotifierItemRegistered?.(service);
        },
      },
      RegisterStatusNotifierHost: { in: { service: 's' }, handler: () => undefined },
    },
    properties: {
      IsStatusNotifierHostRegistered: { type: 'b', access: 'read', value: true },
      ProtocolVersion: { type: 'i', access: 'read', value: 0 },
      RegisteredStatusNotifierItems: {
        type: 'as',
        access: 'read',
        get: () => registered.map(({ service }) => service),
      },
    },
    signals: { StatusNotifierItemRegistered: { args: { service: 's' } } },
  });
  await bus.export('/StatusNotifierWatcher', watcher);
  await bus.requestName(WATCHER, 0);
  return {
    address,
    items: () => Promise.all(registered.map(({ service, path }) => readItem(bus, service, path))),
    async [Symbol.asyncDispose]() {
      bus.connection.end();
      daemon.kill();
      await eventually(() => daemon.exitCode !== null || daemon.signalCode !== null, 5_000);
    },
  };
}

async function readItem(bus: MessageBus, destination: string, path: string): Promise<TrayItem> {
  const all: unknown = await bus.invoke({
    ...{ destination, path, interface: 'org.freedesktop.DBus.Properties', member: 'GetAll' },
    ...{ signature: 's', body: [ITEM] },
  });
  const { Title, ToolTip, IconName, IconPixmap, Menu } = toPlain<Readonly<Record<string, unknown>>>(all);
  const pixels = Array.isArray(IconPixmap) && IconPixmap.length > 0;
  const [, , heading, text] = Array.isArray(ToolTip) ? (ToolTip as readonly unknown[]) : [];
  return {
    title: String(Title ?? ''),
    toolTip: [heading, text].filter(Boolean).join('\n'),
    hasIcon: pixels || (typeof IconName === 'string' && IconName !== ''),
    menu: typeof Menu === 'string' ? await labelsOf(bus, destination, Menu) : [],
  };
}

/** `com.canonical.dbusmenu`: a layout is an id, its properties and its children. */
type Layout = readonly [number, { readonly label?: string }, readonly unknown[]];

async function labelsOf(bus: MessageBus, destination: string, path: string): Promise<readonly string[]> {
  const told: unknown = await bus.invoke({
    ...{ destination, path, interface: 'com.canonical.dbusmenu', member: 'GetLayout' },
    ...{ signature: 'iias', body: [0, -1, []] },
  });
  const [, root] = toPlain<readonly [number, Layout]>(told);
  const labels = ([, { label }, children]: Layout): readonly string[] => [
    ...(label === undefined || label === '' ? [] : [label]),
    ...children.flatMap(child => labels(child as Layout)),
  ];
  return labels(root);
}
