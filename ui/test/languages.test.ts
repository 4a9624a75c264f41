import { describe, expect, it } from "vitest";

import { LANGUAGES, languageChoices, languageName, SPOKEN_LANGUAGES } from "../src/languages";

describe.each(["en", "ja"])("the languages in %s", (locale) => {
  it.each([
    ["understood", LANGUAGES],
    ["spoken", SPOKEN_LANGUAGES],
  ])("that are %s have a name each, and no two the same", (_, codes) => {
    const names = codes.map((code) => languageName(code, locale));

    expect(codes.filter((code, index) => names[index] === code)).toEqual([]);
    expect(new Set(names).size).toBe(codes.length);
  });
});

describe("the choices", () => {
  it("are in the order of their names", () => {
    expect(languageChoices(["ja", "ar", "en"], "en").map(([, name]) => name)).toEqual([
      "Arabic",
      "English",
      "Japanese",
    ]);
  });

  it("have the chosen one among them, whatever it is", () => {
    expect(languageChoices(["ja"], "en", "not a code")).toContainEqual(["not a code", "not a code"]);
    expect(languageChoices(["ja"], "en", "ja")).toHaveLength(1);
  });
});
