import type { MenuItemConstructorOptions } from 'electron';
import type { AppWords } from './words.ts';

const SCREENS = ['home', 'connections', 'approvals', 'history', 'assistants', 'doctor'] as const;

export interface MenuDeeds {
  readonly open: (place: string) => void;
  readonly openInvitation: () => void;
  readonly quit: () => void;
  readonly atLogin: () => boolean;
  readonly setAtLogin: (on: boolean) => void;
  /** Further items of the app's own menu: updates, the command on the path. */
  readonly more: readonly MenuItemConstructorOptions[];
}

/** The native menu. What the system has a role for, it does and names; the rest leads to the window. */
export function menuTemplate(
  platform: NodeJS.Platform,
  words: AppWords,
  deeds: MenuDeeds,
): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin';
  const settings: MenuItemConstructorOptions = {
    label: words.settings,
    accelerator: 'CmdOrCtrl+,',
    click: () => deeds.open('/settings'),
  };
  const atLogin: MenuItemConstructorOptions = {
    label: words.atLogin,
    type: 'checkbox',
    checked: deeds.atLogin(),
    click: item => deeds.setAtLogin(item.checked),
  };
  const quit: MenuItemConstructorOptions = { label: words.quit, accelerator: 'CmdOrCtrl+Q', click: deeds.quit };
  const ours = [settings, atLogin, ...deeds.more];
  const app: MenuItemConstructorOptions = {
    role: 'appMenu',
    submenu: [
      { role: 'about' },
      { type: 'separator' },
      ...ours,
      { type: 'separator' },
      { role: 'services' },
      { type: 'separator' },
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      { type: 'separator' },
      quit,
    ],
  };
  return [
    ...(mac ? [app] : []),
    {
      label: words.file,
      submenu: [
        { label: words.openInvitation, accelerator: 'CmdOrCtrl+O', click: deeds.openInvitation },
        ...(mac ? [] : [{ type: 'separator' } as const, ...ours]),
        { type: 'separator' },
        { role: 'close' },
        ...(mac ? [] : [quit]),
      ],
    },
    { role: 'editMenu', label: words.edit },
    {
      label: words.view,
      submenu: [
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
      ],
    },
    {
      label: words.go,
      submenu: SCREENS.map((name, at) => ({
        label: words.screens[name],
        accelerator: `CmdOrCtrl+${at + 1}`,
        click: () => deeds.open(`/${name}`),
      })),
    },
    { role: 'windowMenu', label: words.window },
    {
      role: 'help',
      label: words.help,
      submenu: [
        { label: words.doctor, click: () => deeds.open('/doctor') },
        ...(mac ? [] : [{ role: 'about', label: words.about } as const]),
      ],
    },
  ];
}
