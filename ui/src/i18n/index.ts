// Which language is spoken. Adding one is adding a file and a line here.

import { getContext, setContext } from "svelte";

import type { Language } from "../bindings/Language";
import { en, type Messages } from "./en";
import { ja } from "./ja";

const languages: Record<Exclude<Language, "system">, Messages> = { en, ja };

/** The language a setting means on a desktop of this locale (BCP 47). */
export function resolve(language: Language, locale: string): Exclude<Language, "system"> {
  if (language !== "system") return language;
  return /^ja(?![a-z])/i.test(locale) ? "ja" : "en";
}

export function messages(language: Exclude<Language, "system">): Messages {
  return languages[language];
}

const KEY = Symbol("messages");

/** For a root component: `current` is asked anew whenever the language may have changed. */
export function provideMessages(current: () => Messages): void {
  setContext(KEY, current);
}

/** The texts, for any component below the root. */
export function useMessages(): () => Messages {
  return getContext<() => Messages>(KEY);
}
