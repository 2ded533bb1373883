import type { shell as en } from '../en/shell.ts';
import { formatsOf } from '../format.ts';

const { count } = formatsOf('de');

export const shell: typeof en = {
  screens: 'Ansichten',
  skip: 'Zum Inhalt springen',
  pause: 'Alles anhalten',
  resume: 'Fortsetzen',
  badge: n => `${n} warten`,
  callsWait: n => `${count(n, { one: 'Aufruf wartet', other: 'Aufrufe warten' })} auf Sie`,
  lookAtCalls: n => (n === 1 ? 'Ansehen' : 'Alle ansehen'),
  lost: {
    title: 'Die Verbindung zu Gatehouse ist unterbrochen.',
    text: 'Vielleicht ist es beendet oder startet gerade neu. Was hier steht, kann veraltet sein; das Fenster macht von selbst weiter.',
  },
  demo: {
    title: 'Vorführung.',
    text: 'Alles hier ist von einer Sandbox auf diesem Rechner erfunden. Nichts davon wird behalten.',
  },
  paused: {
    title: 'Alles ist angehalten.',
    text: 'Die Assistenten erfahren es; kein Aufruf geht durch, bis Sie fortsetzen.',
  },
  fromCli: {
    title: 'Freigeben von der Befehlszeile aus ist erlaubt.',
    text: 'Jedes Programm dieses Benutzers kann Aufrufe freigeben, auch ein Assistent mit einer Shell.',
  },
  failed: {
    title: 'Diese Ansicht konnte nicht gezeigt werden.',
    hint: 'Laden Sie das Fenster neu; hilft das nicht, ist Gatehouse vielleicht beendet.',
    reload: 'Fenster neu laden',
  },
  noKey: {
    title: 'Dieses Fenster braucht seinen Schlüssel',
    usedUp: 'Die Adresse galt nur einmal; sie wurde schon benutzt oder ist zu alt.',
    before: 'Öffnen Sie die Adresse, die Gatehouse beim Start ausgibt; sie endet auf ',
    after:
      '. Der Schlüssel ist bei jedem Start neu; ein altes Lesezeichen oder ein Fenster von früher öffnet es nicht.',
    terminal: 'In einem Terminal: ',
  },
  invitation: {
    title: 'Diese Verbindung einrichten?',
    text: 'Jemand gibt sie Ihnen weiter. Nichts wird eingerichtet, bevor Sie zustimmen; sie enthält keine Zugangsdaten, die geben Sie selbst ein.',
    from: 'von',
    sentTo: 'Zugangsdaten gehen an',
    makeSure: 'Vergewissern Sie sich, dass das die Adresse Ihres Anbieters ist.',
    readOnly: 'nur lesend',
    setUp: 'Einrichten …',
    refuse: 'Nicht',
  },
};
