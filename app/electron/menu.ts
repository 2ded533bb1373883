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

/** The native menu. What the system has a role for, it does; Electron names it in English only, so the words are ours. The rest leads to the window. */
export function menuTemplate(
  platform: NodeJS.Platform,
  words: AppWords,
  deeds: MenuDeeds,
): MenuItemConstructorOptions[] {
  const mac = platform === 'darwin';
  const role = (name: keyof AppWords['roles']): MenuItemConstructorOptions => ({
    role: name,
    label: words.roles[name],
  });
  const line: MenuItemConstructorOptions = { type: 'separator' };
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
      { role: 'about', label: words.about },
      line,
      ...ours,
      line,
      role('services'),
      line,
      role('hide'),
      role('hideOthers'),
      role('unhide'),
      line,
      quit,
    ],
  };
  return [
    ...(mac ? [app] : []),
    {
      label: words.file,
      submenu: [
        { label: words.openInvitation, accelerator: 'CmdOrCtrl+O', click: deeds.openInvitation },
        ...(mac ? [] : [line, ...ours]),
        line,
        role('close'),
        ...(mac ? [] : [quit]),
      ],
    },
    {
      role: 'editMenu',
      label: words.edit,
      submenu: [
        role('undo'),
        role('redo'),
        line,
        role('cut'),
        role('copy'),
        role('paste'),
        ...(mac ? [role('pasteAndMatchStyle')] : []),
        role('delete'),
        line,
        role('selectAll'),
      ],
    },
    {
      label: words.view,
      submenu: [role('resetZoom'), role('zoomIn'), role('zoomOut'), line, role('togglefullscreen')],
    },
    {
      label: words.go,
      submenu: SCREENS.map((name, at) => ({
        label: words.screens[name],
        accelerator: `CmdOrCtrl+${at + 1}`,
        click: () => deeds.open(`/${name}`),
      })),
    },
    {
      role: 'windowMenu',
      label: words.window,
      submenu: [role('minimize'), ...(mac ? [role('zoom'), line, role('front')] : [role('close')])],
    },
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
