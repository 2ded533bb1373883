import type { common as en } from '../en/common.ts';
import { formatsOf } from '../format.ts';

const { count, number } = formatsOf('de');

export const common: typeof en = {
  close: 'Schließen',
  cancel: 'Abbrechen',
  save: 'Speichern',
  copy: 'Kopieren',
  copied: 'Kopiert.',
  back: 'Zurück',
  next: 'Weiter',
  undo: 'Rückgängig',
  test: 'Testen',
  restart: 'Neu starten',
  stop: 'Anhalten',
  tryAgain: 'Noch einmal versuchen',
  loading: 'Wird geladen',
  saved: 'Gespeichert.',
  demonstration: 'Vorführung',
  terminal: 'Terminal',
  effects: { read: 'liest', write: 'ändert', destructive: 'zerstört' },
  flags: {
    revealsSecret: 'verrät ein Geheimnis',
    contactsPeople: 'schreibt Leuten',
    costsMoney: 'kostet Geld',
  },
  showLess: 'Weniger zeigen',
  showAll: characters => `Alle ${number(characters)} Zeichen zeigen`,
  entries: n => count(n, { one: 'Eintrag', other: 'Einträge' }),
  calls: n => count(n, { one: 'Aufruf', other: 'Aufrufe' }),
  lostLine: {
    message: 'Gatehouse antwortet nicht.',
    hint: 'Vielleicht ist es beendet. Starten Sie es wieder und versuchen Sie es noch einmal.',
  },
  reloadWindow: 'Laden Sie das Fenster neu.',
  hints: {
    GH_DEFINITION_HELD: 'Sehen Sie sich den Unterschied an; dann nehmen Sie ihn an oder entfernen die Verbindung.',
    GH_TEST_FAILED: 'Berichtigen Sie die Zugangsdaten unter „Einstellungen und Zugangsdaten“.',
    GH_SECRET_DAMAGED:
      'Geben Sie die Zugangsdaten unter „Einstellungen und Zugangsdaten“ neu ein. Andere Verbindungen sind nicht betroffen.',
    GH_SERVER_CRASH_LOOP: 'Sehen Sie nach, was er zuletzt sagte, beheben Sie die Ursache und starten Sie ihn neu.',
    GH_SERVER_CANNOT_START: 'Prüfen Sie den Befehl und seinen Ordner; dann starten Sie ihn neu.',
    GH_APPROVAL_GONE: 'Er wurde beantwortet, lief ab oder wurde zurückgezogen. Der Verlauf sagt, was davon.',
    GH_CLIENT_UNDO_GONE: 'Es wurde schon rückgängig gemacht. „Austragen“ entfernt, was Gatehouse geschrieben hat.',
  },
};
