// The languages that can be chosen, by code; their names are the system's.

/** What the models speak and understand. */
export const LANGUAGES = (
  "af ak sq am ar hy as az eu be bn bs bg my ca ceb zh hr cs da nl en et fo fil fi fr gl ka de el gu ha iw hi hu is id ga it " +
  "ja kn kk km rw ko ku ky lo lv lt mk ms ml mt mi mr mn ne no or om ps fa pl pt pa qu ro rm ru sr sd si sk sl so st es sw sv " +
  "tg ta te th tn tr tk uk ur uz vi cy fy wo yo zu"
).split(" ");

/** What an answer can be asked to be spoken in: language and region. */
export const SPOKEN_LANGUAGES = (
  "ar-XA bn-IN cmn-CN cmn-TW de-DE en-AU en-GB en-IN en-US es-ES es-US fr-CA fr-FR gu-IN hi-IN id-ID it-IT ja-JP kn-IN ko-KR " +
  "ml-IN mr-IN nl-NL pl-PL pt-BR ru-RU ta-IN te-IN th-TH tr-TR vi-VN"
).split(" ");

/** The name of a language in another, or its code where it has none. */
export function languageName(code: string, inLanguage: string): string {
  // Not a region of the world but of the service's list: Arabic of no country in particular.
  const known = code === "ar-XA" ? "ar" : code;
  try {
    return new Intl.DisplayNames(inLanguage, { type: "language" }).of(known) ?? code;
  } catch {
    return code;
  }
}

/** The codes with their names, by name. One that is chosen is among them even if it is on no list. */
export function languageChoices(
  codes: string[],
  inLanguage: string,
  chosen: string | null = null,
): [string, string][] {
  const all = chosen === null || codes.includes(chosen) ? codes : [...codes, chosen];
  const { compare } = new Intl.Collator(inLanguage);
  return all
    .map((code): [string, string] => [code, languageName(code, inLanguage)])
    .sort(([, one], [, other]) => compare(one, other));
}
