import { describe, expect, it } from "vitest";

import type { Problem } from "../src/bindings/Problem";
import type { ProblemCode } from "../src/bindings/ProblemCode";
import { messages, resolve } from "../src/i18n";
import { problem } from "./fakeBackend";

const languages = ["en", "ja"] as const;
const known = {
  device: "USB Headset",
  model: "gemini-live",
  url: "wss://live.example.net",
  detail: "2.5 s",
  retryAfterS: 37,
};

/** Which of a problem's facts its sentence has to name. */
const facts: Record<ProblemCode, (keyof typeof known)[]> = {
  noInputDevice: [],
  noOutputDevice: [],
  deviceNotFound: ["device"],
  deviceRefused: ["device"],
  deviceBusy: ["device"],
  deviceUnsupported: ["device"],
  deviceLost: ["device"],
  soundSystemUnavailable: [],
  wavUnreadable: ["device", "detail"],
  audioDropped: ["detail"],
  keyMissing: [],
  keyInvalid: [],
  keyExpired: [],
  keyLeaked: [],
  modelNotFound: ["model"],
  configurationRejected: [],
  quotaExceeded: ["retryAfterS"],
  locationUnsupported: [],
  hostUnreachable: ["url"],
  hostUnknown: ["url"],
  connectionRefused: ["url"],
  tlsFailed: ["url"],
  notALiveServer: ["url"],
  plainTextToRemote: ["url"],
  endpointInvalid: ["url"],
  setupTimeout: [],
  connectionLost: [],
  serviceUnavailable: [],
  serviceClosed: [],
  noAnswer: [],
  malformedMessages: [],
  settingsUnreadable: [],
  settingsUnwritable: [],
  demoUnavailable: [],
};
const codes = Object.keys(facts) as ProblemCode[];

describe.each(languages)("the problems in %s", (language) => {
  const { problems } = messages(language);
  const sentence = (overrides: Partial<Problem> & { code: ProblemCode }) =>
    problems[overrides.code](problem(overrides));
  const end = language === "ja" ? /。$/ : /\.$/;

  it.each(codes)("%s is a sentence that names what is known", (code) => {
    const said = sentence({ code, ...known });

    expect(said).toMatch(end);
    for (const fact of facts[code]) expect(said).toContain(String(known[fact]));
  });

  it.each(codes)("%s is a sentence when nothing is known", (code) => {
    const said = sentence({ code });

    expect(said).toMatch(end);
    expect(said).not.toMatch(/null|undefined|NaN|“”|「」| {2}| [.,:]/);
  });
});

describe("the languages", () => {
  it("have a text wherever English has one", () => {
    expect(empty(messages("ja"))).toEqual(empty(messages("en")));
    expect(empty(messages("en"))).toEqual(["advice.none"]);
  });

  it("are written in their own script", () => {
    const japanese = /[\u3040-\u30ff\u4e00-\u9fff]/;
    const latin = texts(messages("ja")).filter(([, text]) => !japanese.test(text));

    expect(latin.map(([name]) => name).sort()).toEqual([
      "advice.none",
      "header.gemini",
      "settings.gemini",
      "settings.version",
      "transcript.model",
      "transcript.pending",
      "transcript.said",
    ]);
    expect(texts(messages("en")).filter(([, text]) => japanese.test(text))).toEqual([]);
  });

  it("fill in what a text is about", () => {
    for (const language of languages) {
      const { settings, transcript } = messages(language);
      expect(settings.systemDefault("USB Headset")).toContain("USB Headset");
      expect(settings.systemDefault(null)).not.toMatch(/null|\(\)|（）/);
      expect(settings.monitor("Speakers")).toContain("Speakers");
      expect(settings.missing("Old Headset")).toContain("Old Headset");
      expect(settings.version("1.2.3")).toContain("1.2.3");
      expect(transcript.said("Gemini", "Hello")).toMatch(/Gemini.*Hello/);
    }
  });
});

describe("the language of the window", () => {
  it.each([
    ["en", "ja-JP", "en"],
    ["ja", "en-GB", "ja"],
    ["system", "ja-JP", "ja"],
    ["system", "JA", "ja"],
    ["system", "en-GB", "en"],
    ["system", "de-DE", "en"],
    ["system", "", "en"],
  ] as const)("set to %s on a desktop in “%s” is %s", (setting, locale, expected) => {
    expect(resolve(setting, locale)).toBe(expected);
  });

  it("is not Japanese just because a language code begins alike", () => {
    expect(resolve("system", "jam-JM")).toBe("en");
  });
});

/** Every text with its dotted name; functions are asked about a name. */
function texts(of: object, prefix = ""): [string, string][] {
  return Object.entries(of).flatMap(([key, value]: [string, unknown]): [string, string][] => {
    const name = prefix + key;
    if (name === "problems") return [];
    if (typeof value === "string") return [[name, value]];
    if (typeof value === "function")
      return [[name, String((value as (...args: string[]) => string)("X", "Y"))]];
    return texts(value as object, `${name}.`);
  });
}

function empty(of: object): string[] {
  return texts(of)
    .filter(([, text]) => text.trim() === "")
    .map(([name]) => name);
}
