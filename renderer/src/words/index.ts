import { create } from 'zustand';
import { en } from './en/index.ts';
import { type Formats, formatsOf } from './format.ts';
import { type Language, languageOf } from './language.ts';

export type { Formats } from './format.ts';
export { LANGUAGES, type Language } from './language.ts';

/** Every word of the window. English is the measure: what is missing in another language does not compile. */
export type Words = typeof en;

interface Spoken {
  readonly language: Language;
  readonly words: Words;
  readonly formats: Formats;
}

/** English is at hand; another language is fetched when somebody speaks it. */
const LOADERS: { readonly [L in Language]: () => Promise<Words> | Words } = {
  en: () => en,
  de: async () => (await import('./de/index.ts')).de,
};

const useSpoken = create<Spoken>(() => ({ language: 'en', words: en, formats: formatsOf('en') }));
let asked = 0;

/** Changes the language of the window; `system` takes the browser's. */
export async function speak(setting: string): Promise<void> {
  const language = languageOf(setting, navigator.languages);
  const mine = ++asked;
  const words = await LOADERS[language]();
  if (mine !== asked) return;
  document.documentElement.lang = language;
  if (useSpoken.getState().language !== language) useSpoken.setState({ language, words, formats: formatsOf(language) });
}

/** The words of the window, for a component: it is drawn anew when the language changes. */
export const useWords = (): Words => useSpoken(spoken => spoken.words);
export const useFormats = (): Formats => useSpoken(spoken => spoken.formats);
/** The same outside of a component. */
export const wordsNow = (): Words => useSpoken.getState().words;
