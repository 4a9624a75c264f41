// The introduction, step by step, as a new person walks through it.

import { screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { flushSync } from "svelte";
import { afterEach, describe, expect, it, vi } from "vitest";

import type { IntroStep } from "../src/bindings/IntroStep";
import type { Settings } from "../src/bindings/Settings";
import type { Snapshot } from "../src/bindings/Snapshot";
import { after, before, DEAF, hear, isSilent, STEPS } from "../src/intro";
import { entry, problem, settings, snapshot, type FakeBackend } from "./fakeBackend";
import { byId, open, settled, show } from "./window";

/** The window at a step, and the engine, which has been asked for nothing yet. */
function openAt(
  intro: IntroStep,
  chosen: Partial<Settings> = {},
  overrides: Partial<Snapshot> = {},
): Promise<FakeBackend> {
  return open({ phase: "off", settings: settings({ welcomed: false, intro, ...chosen }), ...overrides });
}

async function click(id: string): Promise<void> {
  await userEvent.click(byId(id));
  await settled();
}

const step = () => document.querySelector<HTMLElement>("[data-step]")?.dataset["step"];
const title = () => byId("intro-title").textContent;
const patches = (backend: FakeBackend) => backend.callsOf("updateSettings").map(([patch]) => patch);

describe("the steps", () => {
  it("follow each other", () => {
    expect(STEPS.map(after)).toEqual([...STEPS.slice(1), null]);
    expect(STEPS.map(before)).toEqual([null, ...STEPS.slice(0, -1)]);
  });

  it.each([
    ["hello", "Talk with Gemini, live"],
    ["microphone", "Can you be heard?"],
    ["speaker", "Can you hear it?"],
    ["key", "Who shall answer?"],
    ["shortcut", "Talk from anywhere?"],
    ["talk", "Say something"],
  ] as const)("are come back to after a restart: %s", async (intro, heading) => {
    await openAt(intro);

    expect(step()).toBe(intro);
    expect(title()).toBe(heading);
    screen.getByText(`Step ${STEPS.indexOf(intro) + 1} of 6`);
  });

  it.each(STEPS.slice(1))("can be left for the one before: %s", async (intro) => {
    const backend = await openAt(intro);

    await click("intro-back");

    expect(patches(backend)).toEqual([{ intro: before(intro) }]);
    expect(step()).toBe(before(intro));
  });

  it.each(["microphone", "speaker", "shortcut"] as const)("can be left for the next: %s", async (intro) => {
    const backend = await openAt(intro);

    await click("intro-next");

    expect(patches(backend)).toEqual([{ intro: after(intro) }]);
    expect(step()).toBe(after(intro));
  });

  it.each(STEPS.slice(1))("can be skipped with all that follow: %s", async (intro) => {
    const backend = await openAt(intro);

    await click("intro-skip");

    expect(patches(backend)).toEqual([{ welcomed: true }]);
    expect(backend.callsOf("connect")).toEqual([]);
    expect(step()).toBeUndefined();
    expect(byId("talk")).toBeTruthy();
  });

  it("move the focus to their headings, but not at the start", async () => {
    await openAt("hello");
    expect(document.activeElement).toBe(document.body);

    await click("intro-begin");

    expect(document.activeElement).toBe(byId("intro-title"));
    expect(title()).toBe("Can you be heard?");
  });

  it("stay when the engine doesn't accept it", async () => {
    const backend = await openAt("speaker");
    backend.refuse("updateSettings", { code: "invalid", field: "intro", detail: "no such step" });

    await click("intro-next");

    expect(step()).toBe("speaker");
  });
});

describe("the whole way", () => {
  it("can be gone with the keyboard alone", async () => {
    const backend = await openAt("hello");
    const press = async (id: string) => {
      for (let tabs = 0; document.activeElement?.id !== id; tabs += 1) {
        if (tabs > 30) throw new Error(`#${id} can't be reached`);
        await userEvent.tab();
      }
      await userEvent.keyboard("{Enter}");
      await settled();
    };

    await press("intro-begin");
    await press("intro-next");
    await press("intro-tone");
    await press("intro-heard");
    await press("intro-next");
    await userEvent.tab();
    await press("intro-open");
    await press("intro-copy");
    while (document.activeElement?.id !== "intro-api-key") await userEvent.tab();
    await userEvent.keyboard("a-key-of-mine{Enter}");
    await settled();
    await settled();
    await press("intro-next");
    await press("intro-shortcut");
    await userEvent.keyboard("{Control>}{Alt>}v{/Alt}{/Control}");
    await settled();
    await press("intro-next");
    expect(step()).toBe("talk");
    await userEvent.keyboard("[Space>]");
    await userEvent.keyboard("[/Space]");
    await press("intro-next");

    expect(backend.talks).toEqual(["press", "release"]);
    expect(backend.callsOf("setApiKey")).toEqual([["a-key-of-mine", "keychain"]]);
    expect(backend.snapshot.settings).toMatchObject({
      service: "gemini",
      welcomed: true,
      desktop: { talkShortcut: "Ctrl+Alt+V" },
    });
    expect(backend.calls.at(-1)).toEqual(["connect"]);
    expect(step()).toBeUndefined();
  });
});

describe("the microphone's step", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  const levels = (input: number) => ({ type: "levels", input, output: -90 }) as const;
  const said = () => document.querySelector("[data-heard]")?.textContent.trim();
  /** As long as it takes until help is offered; of a clock that was stopped by then. */
  function wait(): void {
    vi.advanceTimersByTime(5_000);
    flushSync();
  }
  async function openWaiting(overrides: Partial<Snapshot> = {}): Promise<FakeBackend> {
    const backend = await openAt("speaker", {}, overrides);
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    await backend.updateSettings({ intro: "microphone" });
    await frame();
    return backend;
  }
  async function frame(): Promise<void> {
    await new Promise(requestAnimationFrame);
    flushSync();
  }

  it("listens while it is shown", async () => {
    const backend = await openAt("microphone");
    await settled();
    expect(step()).toBe("microphone");

    await click("intro-next");

    expect(backend.callsOf("monitorInput").at(-1)).toEqual([false]);
  });

  it("begins to listen when it is come to", async () => {
    const backend = await openAt("hello");

    await click("intro-begin");

    expect(backend.callsOf("monitorInput")).toEqual([[true]]);
  });

  it("goes on listening after the settings were open above it", async () => {
    const backend = await openAt("microphone");

    await click("settings");
    await userEvent.keyboard("{Escape}");
    await settled();

    expect(backend.callsOf("monitorInput").at(-1)).toEqual([true]);
  });

  it("shows the level, and that somebody is heard", async () => {
    const backend = await openAt("microphone");
    await show(backend, levels(-62));
    expect(said()).toBe("Say something…");

    for (let word = 0; word < 4; word += 1) await show(backend, levels(-20));

    expect(said()).toBe("We hear you.");
    expect(screen.getByRole("meter", { name: "Microphone level" })).toHaveProperty("value", 40 / 60);
  });

  it("is not misled by other news", async () => {
    const backend = await openAt("microphone");
    await show(backend, levels(-62), levels(-20));

    for (let times = 0; times < 6; times += 1) await show(backend, { type: "muted", muted: false });

    expect(said()).toBe("Say something…");
  });

  it("offers help when not one sound comes in", async () => {
    await openWaiting();
    expect(screen.queryByText(/Not one sound/)).toBeNull();

    wait();

    screen.getByText("Not one sound comes in");
    screen.getByText(/The system may be blocking/);
  });

  it("offers other help when there is sound, and no voice", async () => {
    const backend = await openWaiting();
    backend.emit(levels(-70));
    await frame();

    wait();

    screen.getByText(/see whether it is muted/);
    expect(screen.queryByText(/Not one sound/)).toBeNull();
  });

  it("says where a system lets the microphone be used", async () => {
    const blocked = problem({ code: "microphoneBlocked", advice: "allowMicrophone", detail: "macos" });
    await openWaiting({ problem: blocked });

    wait();

    expect(document.querySelector(".advice")?.textContent).toMatch(/System Settings/);
  });

  it("offers no help to who is heard", async () => {
    const backend = await openWaiting();
    backend.emit(levels(-62));
    await frame();
    for (let word = 0; word < 4; word += 1) {
      backend.emit(levels(-20));
      await frame();
    }

    wait();

    expect(document.querySelector(".advice")).toBeNull();
    expect(said()).toBe("We hear you.");
  });

  it("uses the microphone that is chosen, and begins anew with it", async () => {
    const backend = await openAt("microphone");
    await show(backend, levels(-62));
    for (let word = 0; word < 4; word += 1) await show(backend, levels(-20));

    await userEvent.selectOptions(byId("intro-input-device"), "USB Headset");
    await settled();

    expect(patches(backend)).toEqual([{ inputDevice: "pulse:usb-headset" }]);
    expect(said()).toBe("Say something…");
  });

  it("records and plays back", async () => {
    const backend = await openAt("microphone");

    await userEvent.click(screen.getByRole("button", { name: "Record 3 s and play back" }));

    expect(backend.callsOf("recordTest")).toEqual([[]]);
  });

  it("warns of what is no microphone", async () => {
    await openAt("microphone", { inputDevice: "pulse:builtin.monitor" });

    screen.getByText(/This is not a microphone/);
  });
});

describe("hearing", () => {
  const all = (...told: number[]) => told.reduce(hear, DEAF);

  it("takes a word for a voice, and a knock for none", () => {
    expect(all(-60, -60, -20, -18, -25, -22).heard).toBe(true);
    expect(all(-60, -20, -18, -60, -60, -20, -60).heard).toBe(false);
  });

  it("takes no steady noise for a voice", () => {
    expect(all(...Array<number>(50).fill(-40)).heard).toBe(false);
  });

  it("takes nothing for a voice that is too faint for one", () => {
    expect(all(-85, ...Array<number>(50).fill(-55)).heard).toBe(false);
  });

  it("does not take a microphone that isn't open yet for a quiet room", () => {
    expect(all(-90, -90, ...Array<number>(50).fill(-40)).heard).toBe(false);
  });

  it("does not forget who was heard", () => {
    expect(all(-60, -20, -20, -20, -20, ...Array<number>(50).fill(-60)).heard).toBe(true);
  });

  it("knows silence from quiet", () => {
    expect(isSilent(DEAF)).toBe(true);
    expect(isSilent(all(-90, -90))).toBe(true);
    expect(isSilent(all(-90, -84))).toBe(false);
  });
});

describe("the loudspeaker's step", () => {
  it("plays a tone and asks whether it was heard", async () => {
    const backend = await openAt("speaker");
    expect(screen.queryByText("Did you hear it?")).toBeNull();

    await click("intro-tone");

    expect(backend.callsOf("testTone")).toEqual([[]]);
    screen.getByRole("group", { name: "Did you hear it?" });
  });

  it("is content when it was", async () => {
    await openAt("speaker");

    await click("intro-tone");
    await click("intro-heard");

    screen.getByText(/That is where answers will be played/);
    expect(byId("intro-heard").getAttribute("aria-pressed")).toBe("true");
  });

  it("gives advice when it was not", async () => {
    await openAt("speaker");

    await click("intro-tone");
    await click("intro-missed");

    screen.getByText(/Turn up the volume/);
    screen.getByText(/Choose another device/);
  });

  it("asks anew for another loudspeaker", async () => {
    const backend = await openAt("speaker");
    await click("intro-tone");
    await click("intro-missed");

    await userEvent.selectOptions(byId("intro-output-device"), "USB Headset");
    await settled();

    expect(patches(backend)).toEqual([{ outputDevice: "pulse:usb-headset-out" }]);
    expect(screen.queryByText("Did you hear it?")).toBeNull();
  });

  it("asks nothing about a tone that could not be played", async () => {
    const backend = await openAt("speaker");
    backend.refuse("testTone", { code: "invalid", field: "", detail: "in use" });

    await click("intro-tone");

    expect(screen.queryByText("Did you hear it?")).toBeNull();
  });
});

describe("the key's step", () => {
  const none = { place: null, keychain: true };
  async function enterKey(key = "a-key-of-mine"): Promise<void> {
    await userEvent.type(byId("intro-api-key"), `${key}{Enter}`);
    await settled();
    await settled();
    await settled();
  }

  it("says where to get one, to be opened or copied", async () => {
    const backend = await openAt("key", {}, { key: none });
    const user = userEvent.setup();
    const write = vi.spyOn(navigator.clipboard, "writeText").mockResolvedValue();

    await user.click(byId("intro-open"));
    await user.click(byId("intro-copy"));
    await settled();

    expect(backend.callsOf("openLink")).toEqual([["https://aistudio.google.com/apikey"]]);
    screen.getByText("https://aistudio.google.com/apikey");
    expect(write).toHaveBeenCalledWith("https://aistudio.google.com/apikey");
    expect(byId("intro-copy").textContent.trim()).toBe("Copied");
  });

  it("says when there is no browser to open it with", async () => {
    const backend = await openAt("key", {}, { key: none });
    backend.refuse("openLink", { code: "invalid", field: "url", detail: "no browser" });

    await click("intro-open");

    screen.getByText(/browser could not be opened/);
  });

  it("keeps a good key, and Gemini answers", async () => {
    const backend = await openAt("key", {}, { key: none });

    await enterKey();

    expect(backend.callsOf("checkKey")).toEqual([["a-key-of-mine"]]);
    expect(backend.callsOf("setApiKey")).toEqual([["a-key-of-mine", "keychain"]]);
    expect(patches(backend)).toEqual([{ service: "gemini" }]);
    screen.getByText("Gemini answers from now on.");
    expect(byId("intro-next").textContent).toBe("Next");
    expect(document.documentElement.outerHTML).not.toContain("a-key-of-mine");
  });

  it("keeps no key that is refused, and goes on without one only when asked to", async () => {
    const backend = await openAt("key", { service: "gemini" }, { key: none });
    backend.opinion = { state: "refused", problem: problem({ code: "keyInvalid", advice: "enterKey" }) };

    await enterKey();
    expect(backend.callsOf("setApiKey")).toEqual([]);
    expect(byId("intro-next").textContent).toBe("Go on without a key");
    await click("intro-next");

    expect(patches(backend)).toEqual([{ intro: "shortcut", service: "demo" }]);
  });

  it("leaves a key that nobody could check to the user", async () => {
    const backend = await openAt("key", {}, { key: none });
    backend.opinion = { state: "unreachable", problem: problem() };

    await enterKey();
    await click("keep-intro-api-key");
    await settled();

    expect(backend.callsOf("setApiKey")).toEqual([["a-key-of-mine", "keychain"]]);
    expect(patches(backend)).toEqual([{ service: "gemini" }]);
  });

  it("can be gone without a key", async () => {
    const backend = await openAt("key", {}, { key: none });

    await click("intro-next");

    expect(patches(backend)).toEqual([{ intro: "shortcut" }]);
    expect(backend.snapshot.settings.service).toBe("demo");
  });

  it("uses a key that is there already", async () => {
    const backend = await openAt("key", {}, { key: { place: "environment", keychain: true } });
    screen.getByText(/comes from the environment/);

    await click("intro-next");

    expect(patches(backend)).toEqual([{ intro: "shortcut", service: "gemini" }]);
  });

  it("lets the guide answer although there is a key", async () => {
    const backend = await openAt(
      "key",
      { service: "gemini" },
      { key: { place: "keychain", keychain: true } },
    );

    await click("intro-rehearse");

    expect(patches(backend)).toEqual([{ service: "demo", intro: "shortcut" }]);
  });

  it("leaves a server of one's own where it is", async () => {
    const backend = await openAt("key", { service: "custom", endpoint: "ws://localhost:1" }, { key: none });

    await enterKey();
    screen.getByText("Your own server answers from now on.");
    await click("intro-next");

    expect(backend.snapshot.settings.service).toBe("custom");
  });

  it("makes the key the way in where it was another", async () => {
    const access = { ...settings().access, kind: "googleCloud", project: "mine" } as const;
    const backend = await openAt("key", { access }, { key: none });

    await enterKey();

    expect(patches(backend)).toEqual([{ service: "gemini", access: { ...access, kind: "apiKey" } }]);
  });
});

describe("the shortcut's step", () => {
  it("has none unless one is wanted", async () => {
    const backend = await openAt("shortcut");
    expect(byId("intro-shortcut").textContent.trim()).toBe("None");

    await click("intro-next");

    expect(backend.snapshot.settings.desktop.talkShortcut).toBeNull();
  });

  it("changes this one and nothing else of the desktop", async () => {
    const desktop = { ...settings().desktop, autostart: true, muteShortcut: "Ctrl+Alt+M" };
    const backend = await openAt("shortcut", { desktop });

    await click("intro-shortcut");
    await userEvent.keyboard("{Control>}{Alt>}m{/Alt}{/Control}");
    screen.getByText(/has this one already/);
    await userEvent.keyboard("{Control>}{Alt>}v{/Alt}{/Control}");
    await settled();

    expect(patches(backend)).toEqual([{ desktop: { ...desktop, talkShortcut: "Ctrl+Alt+V" } }]);
  });
});

describe("the last step", () => {
  it("has the talk button, which works", async () => {
    const backend = await openAt("talk");

    await userEvent.pointer([{ keys: "[MouseLeft>]", target: byId("talk") }, { keys: "[/MouseLeft]" }]);

    expect(backend.talks).toEqual(["press", "release"]);
  });

  it("shows what was said, once it was said here", async () => {
    const old = entry({ id: 7, text: "From before" });
    const backend = await openAt("talk", {}, { transcript: [old] });
    expect(screen.queryByText(/From before/)).toBeNull();

    await show(backend, { type: "entry", entry: entry({ id: 8, text: "Hello there" }) });
    screen.getByText("Hello there");
    expect(screen.queryByText("That's all there is to it.")).toBeNull();
    await show(backend, {
      type: "entry",
      entry: entry({ id: 9, speaker: "model", text: "<b>Hi</b>", final: false }),
    });

    screen.getByText("<b>Hi</b>");
    screen.getByText("That's all there is to it.");
  });

  it("is not taken in by a greeting", async () => {
    const backend = await openAt("talk");

    await show(backend, { type: "entry", entry: entry({ id: 2, speaker: "model", text: "Welcome!" }) });

    screen.getByText("Welcome!");
    expect(screen.queryByText("That's all there is to it.")).toBeNull();
  });

  it("ends the introduction, and connects", async () => {
    const backend = await openAt("talk");

    await click("intro-next");

    expect(backend.calls).toEqual([["updateSettings", { welcomed: true }], ["connect"]]);
    expect(step()).toBeUndefined();
  });
});

describe("the introduction", () => {
  it("can be run again from the settings, and no conversation goes on behind it", async () => {
    const backend = await open({ settings: settings({ intro: "talk" }), phase: "listening", latched: true });
    await click("settings");
    for (const section of document.querySelectorAll("details")) section.open = true;
    backend.calls = [];

    await userEvent.click(screen.getByRole("button", { name: "Run the introduction again" }));
    await settled();

    expect(backend.calls.slice(0, 2)).toEqual([
      ["disconnect"],
      ["updateSettings", { welcomed: false, intro: "hello" }],
    ]);
    expect(step()).toBe("hello");
    expect(document.querySelector("dialog[open]")).toBeNull();
  });

  it("stays away when that was not accepted", async () => {
    const backend = await open();
    await click("settings");
    backend.refuse("updateSettings", { code: "invalid", field: "intro", detail: "no" });

    await userEvent.click(byId("intro-again"));
    await settled();

    expect(step()).toBeUndefined();
    expect(document.querySelector("dialog[open]")).not.toBeNull();
  });

  it("is told of a problem above it", async () => {
    await openAt("microphone", {}, { problem: problem({ code: "noInputDevice", advice: "connectDevice" }) });

    screen.getByText("There is no microphone");
  });

  it("knows its steps as the engine does", () => {
    expect(STEPS).toContain(snapshot().settings.intro);
  });
});
