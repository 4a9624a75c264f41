import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { STEPS } from "../src/intro";
import { entry, features, problem, settings, sound, tokens, usage } from "./fakeBackend";
import { byId, open, settled, violations } from "./window";

const transcript = [
  entry({ id: 1 }),
  entry({ id: 2, speaker: "model", text: "Mount Everest.", interrupted: true }),
  entry({ id: 3, text: "", note: "nothingHeard" }),
  entry({ id: 4, speaker: "notice", text: "", note: "historyShortened" }),
  entry({ id: 5, speaker: "model", text: "I think so.", thought: "**Thinking**\nIs it?" }),
];

describe.each(["en", "ja"] as const)("in %s nothing stands in the way on", (language) => {
  it("the empty conversation", async () => {
    await open({ settings: settings({ language }) });

    expect(await violations()).toEqual([]);
  });

  it("a conversation under way", async () => {
    await open({ settings: settings({ language }), transcript, phase: "speaking", muted: true });

    expect(await violations()).toEqual([]);
  });

  it.each(STEPS)("the introduction (%s)", async (intro) => {
    await open({ settings: settings({ language, welcomed: false, intro }) });

    expect(await violations()).toEqual([]);
  });

  it("the introduction with everything it may say", async () => {
    const chosen = settings({ language, welcomed: false, intro: "speaker" });
    const backend = await open({ settings: chosen });
    await userEvent.click(byId("intro-tone"));
    await userEvent.click(byId("intro-missed"));
    expect(await violations()).toEqual([]);

    backend.opinion = { state: "unreachable", problem: problem() };
    await backend.updateSettings({ intro: "key" });
    await settled();
    await userEvent.type(byId("intro-api-key"), "a-key{Enter}");
    await settled();
    expect(document.getElementById("keep-intro-api-key")).not.toBeNull();
    expect(await violations()).toEqual([]);

    await backend.updateSettings({ intro: "shortcut" });
    await settled();
    await userEvent.click(byId("intro-shortcut"));
    await userEvent.keyboard("{Control>}c{/Control}");
    expect(await violations()).toEqual([]);
  });

  it("the settings over the introduction", async () => {
    await open({ settings: settings({ language, welcomed: false, intro: "key", service: "gemini" }) });
    await userEvent.click(byId("settings"));
    await settled();

    expect(await violations()).toEqual([]);
  });

  it.each(["demo", "gemini", "custom"] as const)("the settings of %s", async (service) => {
    const chosen = settings({ language, service, model: "another", inputDevice: "pulse:builtin.monitor" });
    await open({ settings: chosen, key: { place: "session", keychain: true }, outputMissing: "Old Headset" });
    await userEvent.click(byId("settings"));
    await settled();

    expect(await violations()).toEqual([]);
  });

  it.each(["apiKey", "tokenUrl", "googleCloud"] as const)("every section, entered by %s", async (kind) => {
    const chosen = settings({
      language,
      service: "gemini",
      access: { ...settings().access, kind, tokenCommand: "print-token" },
      network: { proxy: "socks5://localhost:1080", caFile: null },
      transcription: { ...settings().transcription, languages: ["ja", "de"] },
    });
    const everything = features({
      language: true,
      thinkingLevels: ["low"],
      thinkingBudget: true,
      thoughts: true,
    });
    const model = {
      id: chosen.model,
      label: "A model",
      note: null,
      accepts: { ...everything, affectiveDialog: true, proactiveAudio: true, translation: true },
    };
    await open({ settings: chosen, models: [model], key: { place: "file", keychain: false } });
    await userEvent.click(byId("settings"));
    await settled();
    for (const section of document.querySelectorAll("details")) section.open = true;
    document.querySelector<HTMLInputElement>("[name=key-place][value=file]")?.click();
    await settled();

    expect(await violations()).toEqual([]);
  });

  it("every part of the sound settings", async () => {
    const chosen = settings({
      language,
      inputDevice: "pulse:gone",
      outputDevice: "pulse:builtin",
      sound: sound({ inputChannel: 1, inputPreferences: ["pulse:usb-headset", "pulse:builtin-mic"] }),
    });
    await open({
      settings: chosen,
      inputMissing: "Old Headset",
      echo: { state: "failing", removedDb: 6, delayMs: 90 },
    });
    await userEvent.click(byId("settings"));
    await settled();
    for (const section of document.querySelectorAll("details")) section.open = true;
    await userEvent.click(byId("test-record"));
    await settled();

    expect(await violations()).toEqual([]);
  });

  it("the strip", async () => {
    const strip = { ...settings().desktop, compact: true };
    await open({ settings: settings({ language, desktop: strip }), transcript, phase: "speaking" });

    expect(await violations()).toEqual([]);
  });

  it("the list of keys", async () => {
    await open({ settings: settings({ language }) });
    await userEvent.click(byId("shortcuts"));
    await settled();

    expect(await violations()).toEqual([]);
  });

  it("the talking view without its devices", async () => {
    await open({
      settings: settings({ language }),
      inputMissing: "Old Headset",
      outputMissing: "Old Headset",
    });

    expect(await violations()).toEqual([]);
  });

  it.each(["echoFailing", "nothingHeard", "noAnswer"] as const)("a hint (%s)", async (code) => {
    const chosen = settings({ language, sound: sound({ preRollMs: 300 }) });
    await open({ settings: chosen, problem: problem({ code, advice: "none" }) });

    expect(await violations()).toEqual([]);
  });

  it("a try that is waited for", async () => {
    const lost = problem({ code: "connectionLost", advice: "checkNetwork", retryAt: Date.now() + 60_000 });
    await open({ settings: settings({ language }), phase: "reconnecting", problem: lost });

    expect(await violations()).toEqual([]);
  });

  it("a problem", async () => {
    const quota = problem({
      code: "quotaExceeded",
      advice: "waitThenRetry",
      detail: "Quota",
      retryAfterS: 20,
    });
    await open({ settings: settings({ language }), problem: quota, transcript });
    document.querySelector("details")?.setAttribute("open", "");

    expect(await violations()).toEqual([]);
  });
});

describe("the keyboard", () => {
  it("reaches every control, in the order in which they are shown", async () => {
    await open({
      transcript,
      phase: "speaking",
      usage: usage({ conversation: tokens({ total: 9 }) }),
    });
    const reached: string[] = [];

    for (;;) {
      await userEvent.tab();
      const element = document.activeElement;
      if (element === null || element === document.body || reached.length > 20) break;
      const label = element.getAttribute("aria-label") ?? element.getAttribute("value");
      reached.push(element.id || (label ?? element.textContent.trim()));
    }

    expect(reached).toEqual([
      "Clear the conversation",
      "strip",
      "shortcuts",
      "settings",
      "Find in the conversation",
      "Copy the conversation",
      "transcript",
      "Copy what was said",
      "Thought for a moment",
      "mute",
      "talk",
      "stop",
      "pushToTalk",
      "chip-input",
      "chip-output",
      "add-picture",
      "composer",
      "usage",
    ]);
  });
});
