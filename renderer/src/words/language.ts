/** The languages of the catalogue, each by its own name. */
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

/** The language that was set; else the first one the browser asks for that there is; else English. */
export function languageOf(setting: string, wanted: readonly string[]): Language {
  const asked = [setting, ...wanted.map(tag => tag.split('-')[0] ?? '')];
  return asked.find(isLanguage) ?? 'en';
}

function isLanguage(name: string): name is Language {
  return Object.hasOwn(LANGUAGES, name);
}
