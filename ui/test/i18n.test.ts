import { readdirSync, readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import type { Problem } from "../src/bindings/Problem";
import type { ProblemCode } from "../src/bindings/ProblemCode";
import { messages, resolve } from "../src/i18n";
import { explain } from "../src/i18n/problems";
import { problem } from "./fakeBackend";

const languages = ["en", "ja"] as const;
const known = {
  device: "USB Headset",
  model: "gemini-live",
  url: "wss://live.example.net",
  detail: "2.5 s",
  retryAfterS: 37,
};

/** Which of a problem's facts its explanation has to name. */
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
  fieldUnknown: [],
  preconditionFailed: [],
  soundRejected: [],
  modalityRejected: [],
  languageRejected: [],
  activityMarksRejected: [],
  tokenInvalid: [],
  tokenUsed: [],
  tokenUnavailable: [],
  inputRefused: [],
  entityGone: [],
  sessionGone: [],
  idleClosed: [],
  lifetimeOver: [],
  proxyFailed: [],
  certificatesUnreadable: [],
  keychainUnavailable: [],
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
  settingsPartlyUnreadable: ["detail"],
  settingsNewer: ["detail"],
  settingsUnwritable: [],
  listDamaged: ["detail"],
  listUnreadable: ["detail"],
  picturesRefused: [],
  demoUnavailable: [],
  microphoneBlocked: ["device"],
  nothingHeard: ["detail"],
  pressTooShort: [],
  longPress: [],
  echoFailing: [],
  bluetoothMicrophone: ["device", "detail"],
};
const codes = Object.keys(facts) as ProblemCode[];

describe.each(languages)("the problems in %s", (language) => {
  const { problems } = messages(language);
  const parts = (overrides: Partial<Problem> & { code: ProblemCode }) =>
    explain(problems, problem(overrides));
  const end = language === "ja" ? /。$/ : /\.$/;
  const broken = /null|undefined|NaN|“”|「」|（）| {2}| [.,:]/;

  it.each(codes)("%s is told with what is known", (code) => {
    const { title, cause, remedy } = parts({ code, ...known });

    expect(cause).toMatch(end);
    expect(remedy).toMatch(end);
    for (const fact of facts[code]) expect(title + cause + remedy).toContain(String(known[fact]));
  });

  it.each(codes)("%s is told when nothing is known", (code) => {
    const { title, cause, remedy } = parts({ code });

    expect(title).toMatch(/[^.。\s]$/);
    expect(cause).toMatch(end);
    expect(remedy).toMatch(end);
    expect([title, cause, remedy].join("|")).not.toMatch(broken);
  });

  it("say of each something else, and of each what happened, why, and what to do", () => {
    const told = codes.map((code) => parts({ code }));

    expect(new Set(told.map(({ title }) => title)).size).toBe(codes.length);
    expect(new Set(told.map(({ title, cause, remedy }) => title + cause + remedy)).size).toBe(codes.length);
    for (const { title, cause, remedy } of told) expect(new Set([title, cause, remedy]).size).toBe(3);
  });

  it("say of a quota that comes back by itself that it is to be waited for", () => {
    const waiting = parts({ code: "quotaExceeded", retryAfterS: 37, retryAt: 1 });

    expect(waiting.remedy).not.toContain("37");
    expect(waiting.remedy).toMatch(end);
  });
});

it("tells no problem in the same words in two languages", () => {
  for (const code of codes) {
    const [en, ja] = languages.map((language) => explain(messages(language).problems, problem({ code })));
    expect(ja?.title).not.toBe(en?.title);
    expect(ja?.cause).not.toBe(en?.cause);
    expect(ja?.remedy).not.toBe(en?.remedy);
  }
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
      "locale",
      "options.access.googleCloud",
      "settings.gemini",
      "settings.version",
      "sound.decibels",
      "tools.question.model",
      "tools.told",
      "transcript.model",
      "transcript.pending",
      "transcript.said",
    ]);
    expect(texts(messages("en")).filter(([, text]) => japanese.test(text))).toEqual([]);
  });

  it("fill in what a text is about", () => {
    for (const language of languages) {
      const { settings, options, sound, talk, transcript, usage, problem } = messages(language);
      expect(settings.systemDefault("USB Headset")).toContain("USB Headset");
      expect(settings.systemDefault(null)).not.toMatch(/null|\(\)|（）/);
      expect(settings.monitor("Speakers")).toContain("Speakers");
      expect(settings.missing("Old Headset")).toContain("Old Headset");
      expect(settings.version("1.2.3")).toContain("1.2.3");
      expect(settings.outOfRange(3, 9)).toMatch(/3.*9/);
      expect(settings.wholeOutOfRange(3, 9)).toMatch(/3.*9/);
      expect(options.languages.remove("Welsh")).toContain("Welsh");
      expect(sound.order.moved("Desk", 2)).toMatch(/Desk.*2/);
      for (const about of [sound.order.up, sound.order.down, sound.order.remove, sound.useInstead]) {
        expect(about("Desk")).toContain("Desk");
      }
      for (const value of [
        sound.decibels,
        sound.channel.one,
        sound.record.peak,
        sound.echo.removed,
        sound.echo.delay,
        sound.preRoll.on,
        sound.diagnostics.milliseconds,
        talk.armed,
      ]) {
        expect(value("27")).toContain("27");
      }
      expect(transcript.said("Gemini", "Hello")).toMatch(/Gemini.*Hello/);
      expect(usage.tokens("1,234")).toContain("1,234");
      expect(usage.simulated("1,234")).toContain("1,234");
      expect(usage.cost("$0.01")).toContain("$0.01");
      expect(problem.retryIn(12)).toContain("12");
    }
  });

  it("have no text that is shown nowhere", () => {
    const source = sources("src").join("\n");
    const unused = texts(messages("en"))
      .map(([name]) => name)
      .filter((name) => !isUsed(name, source));

    expect(unused).toEqual([]);
  });

  it("would notice one", () => {
    expect(isUsed("talk.hintRest", "const talk = text().talk; talk.hintRest;")).toBe(true);
    expect(isUsed("talk.hintRest", "const talk = text().talk; talk.hintRested;")).toBe(false);
    expect(isUsed("phases.off", "text().phases[phase]")).toBe(true);
    expect(isUsed("phases.off", "text().phase[phase]")).toBe(false);
    expect(isUsed("options.seed.note", "<NumberField text={text.seed} />")).toBe(true);
    expect(isUsed("options.seed.note", "<NumberField text={text.seeds} />")).toBe(false);
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

/** The window's code, without its texts and types. */
function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.(ts|svelte)$/.test(file) && !/^(i18n|bindings)\b/.test(file))
    .map((file) => readFileSync(`${folder}/${file}`, "utf8"));
}

/**
 * Whether the code mentions a text: what it is part of is looked into by a variable, or it is named itself, or (of a label
 * with its note and choices) what it belongs to. An object's short name in a component is as good as the long one.
 */
function isUsed(name: string, source: string): boolean {
  const [first = "", second = "", third] = name.split(".");
  const mentions = (pattern: string) => new RegExp(pattern).test(source);
  if (second === "") return mentions(`\\.${first}\\b`);
  if (mentions(`\\.${first}\\[`)) return true;
  return mentions(`\\.${second}\\b`) || (third === undefined && mentions(`"${second}"`));
}
