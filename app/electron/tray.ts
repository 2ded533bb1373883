import type { Menu, MenuItemConstructorOptions, NativeTheme, Rectangle, Tray } from 'electron';
import type { TrayIcons } from './tray-icons.ts';
import type { TrayDeed, TrayItem, TrayModel } from './tray-model.ts';

/** The icon in the tray, with its menu. */
export interface AppTray {
  show(model: TrayModel): void;
  /** Of the icon; without size where the system does not tell (Linux). */
  bounds(): Rectangle;
  end(): void;
}

/**
 * A click opens what waits on Windows and Linux; on macOS it opens the menu, as the system does by itself where a menu is set.
 * On Linux a StatusNotifier host may show the menu for any click and never report one, so everything is in the menu as well.
 */
export function createTray(deps: {
  readonly createTray: (icon: string) => Tray;
  readonly buildMenu: (template: MenuItemConstructorOptions[]) => Menu;
  readonly theme: Pick<NativeTheme, 'on' | 'shouldUseDarkColors' | 'shouldUseDarkColorsForSystemIntegratedUI'>;
  readonly icons: TrayIcons;
  readonly platform: NodeJS.Platform;
  readonly act: (deed: TrayDeed) => void;
  readonly first: TrayModel;
}): AppTray {
  const { platform, theme, icons } = deps;
  let model = deps.first;
  // The bar of Windows has a theme of its own.
  const dark = (): boolean =>
    platform === 'win32' ? theme.shouldUseDarkColorsForSystemIntegratedUI : theme.shouldUseDarkColors;
  const tray = deps.createTray(icons(model.state, dark()));
  let shown = '';
  const render = (): void => {
    const icon = icons(model.state, dark());
    const now = JSON.stringify([icon, model]);
    if (now === shown) return;
    shown = now;
    tray.setImage(icon);
    tray.setToolTip(model.toolTip);
    // A menu that was set cannot be changed on Linux: only a new one is seen (electronjs.org/docs/latest/api/tray).
    tray.setContextMenu(deps.buildMenu(model.items.map(item => templateOf(item, deps.act))));
  };
  theme.on('updated', render);
  if (platform !== 'darwin')
    tray.on('click', () => deps.act(model.state === 'waiting' ? { do: 'look' } : { do: 'open', place: '' }));
  render();
  return {
    show(next) {
      model = next;
      render();
    },
    bounds: () => tray.getBounds(),
    end: () => tray.destroy(),
  };
}

function templateOf(item: TrayItem, act: (deed: TrayDeed) => void): MenuItemConstructorOptions {
  switch (item.is) {
    case 'line':
      return { type: 'separator' };
    case 'note':
      return { label: item.label, enabled: false };
    case 'deed':
      return { label: item.label, click: () => act(item.deed) };
    case 'menu':
      return { label: item.label, submenu: item.items.map(one => templateOf(one, act)) };
  }
}
