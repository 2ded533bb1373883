import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { ConnectionView } from '../contract/index.ts';
import { type AppState, NOTHING_YET } from './state.ts';
import { trayIcons } from './tray-icons.ts';
import { type TrayItem, trayModel } from './tray-model.ts';
import { wordsOf } from './words.ts';

const en = wordsOf('en', []);
const connection = (id: string, state: ConnectionView['state'] = 'ready') => ({ id, state }) as ConnectionView;
const here = (change: Partial<AppState> = {}): AppState => ({ ...NOTHING_YET, reachable: true, ...change });
const one = [{ id: '1' }] as unknown as AppState['approvals'];
const labelsIn = (items: readonly TrayItem[]): readonly string[] =>
  items.flatMap(item => ('label' in item ? [item.label] : []));

it('a waiting call comes before the pause, the pause before what needs attention', () => {
  const bad = [connection('custom/x', 'attention')];
  expect(trayModel(here({ approvals: one, paused: true, connections: bad }), en).state).toBe('waiting');
  expect(trayModel(here({ paused: true, connections: bad }), en).state).toBe('paused');
  expect(trayModel(here({ connections: bad }), en).state).toBe('attention');
  expect(trayModel(here(), en).state).toBe('ready');
});

it('a vault that is closed and a host that is gone need attention', () => {
  expect(trayModel(here({ vaultOpen: false }), en)).toMatchObject({
    state: 'attention',
    toolTip: 'Gatehouse: 1 thing needs attention',
  });
  expect(trayModel(NOTHING_YET, en).state).toBe('attention');
});

it('a long list of connections is cut, but not those that need somebody', () => {
  const connections = [
    ...Array.from({ length: 30 }, (_, at) => connection(`dpod/${at}`)),
    connection('dpod/bad', 'attention'),
  ];
  const menu = trayModel(here({ connections }), en).items.find(item => item.is === 'menu');
  const listed = labelsIn(menu?.is === 'menu' ? menu.items : []);
  expect(listed).toHaveLength(13);
  expect(listed[0]).toBe('dpod/bad – needs attention');
  expect(listed.at(-1)).toBe('Add a connection…');
});

it('it speaks the language that was set, else the system’s, else English', () => {
  expect(labelsIn(trayModel(here(), wordsOf('de', ['en-US'])).items)).toContain('Gatehouse beenden');
  expect(wordsOf('system', ['fr-FR', 'de-AT']).ready).toBe('Bereit');
  expect(wordsOf('system', ['fr-FR']).ready).toBe('Ready');
});

it('an icon that is missing is named', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-icons-'));
  try {
    for (const state of ['ready', 'waiting', 'paused']) writeFileSync(join(folder, `${state}Template.png`), '');
    expect(() => trayIcons(folder, 'darwin')).toThrow(/attentionTemplate\.png is missing/);
    writeFileSync(join(folder, 'attentionTemplate.png'), '');
    expect(trayIcons(folder, 'darwin')('ready', true)).toBe(join(folder, 'readyTemplate.png'));
    expect(() => trayIcons(folder, 'win32')).toThrow(/ready-light\.ico is missing/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
