import type { palette as en } from '../en/palette.ts';
import { formatsOf } from '../format.ts';

const { number } = formatsOf('de');

export const palette: typeof en = {
  button: 'Gehe zu …',
  label: 'Zu einer Ansicht oder Verbindung gehen oder etwas tun',
  search: 'Eine Ansicht, eine Verbindung oder etwas zu tun',
  nothing: 'Nichts mit diesem Namen.',
  groups: { screens: 'Ansichten', connections: 'Verbindungen', actions: 'Zu tun' },
  pause: 'Alles anhalten',
  resume: 'Fortsetzen',
  add: 'Verbindung hinzufügen',
  test: id => `${id} testen`,
  verify: 'Den Verlauf prüfen',
  code: 'Den Code für die Befehlszeile zeigen',
  report: 'Einen Bericht der Diagnose kopieren',
  theme: { light: 'Helle Farben', dark: 'Dunkle Farben', system: 'Farben wie das System' },
  works: (id, identity) => (identity === '' ? `${id} geht.` : `${id} geht: ${identity}.`),
  whole: entries => `Der Verlauf ist vollständig: ${number(entries)} Einträge stehen da, wie sie geschrieben wurden.`,
  broken: at =>
    at === null
      ? 'Der Verlauf wurde verändert oder gekürzt.'
      : `Der Verlauf wurde bei Eintrag ${number(at)} verändert oder gekürzt.`,
  keys: {
    title: 'Tasten',
    open: 'Überallhin gehen, alles tun',
    settings: 'Einstellungen',
    pause: 'Sofort alles anhalten',
    choose: 'In einer Liste: wählen, öffnen, schließen',
  },
};
