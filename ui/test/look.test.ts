// How the window looks besides its colours: the marks of the states, what is set on the page, and the devices in use.

import { screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";

import type { Phase } from "../src/bindings/Phase";
import { messages } from "../src/i18n";
import { keepLook } from "../src/look";
import { MARK_SIZE, stateMarks } from "../src/stateMarks";
import { entry, problem, settings, snapshot } from "./fakeBackend";
import { choices, openSettings, patches, select, shown } from "./settingsWindow";
import { byId, open, settled, show } from "./window";

const phases = Object.keys(stateMarks) as Phase[];
const root = document.documentElement;

describe("a state", () => {
  it.each(phases)("%s is told by a word, a colour and a shape", async (phase) => {
    await open({ phase });

    const region = screen.getByRole("region", { name: "Talk" });
    expect(within(region).getByRole("status").textContent).toBe(messages("en").phases[phase]);
    expect(region.dataset["phase"]).toBe(phase);
    expect(region.querySelector(`[data-mark="${phase}"] path`)?.getAttribute("d")).toBe(stateMarks[phase]);
  });

  it("has a shape no other has, within its square", () => {
    expect(new Set(Object.values(stateMarks)).size).toBe(phases.length);
    for (const path of Object.values(stateMarks)) {
      // Absolute coordinates of the first points; what follows is relative to them.
      for (const [, x, y] of path.matchAll(/[ML]([\d.]+)[ ,]([\d.]+)/g)) {
        expect(Number(x)).toBeLessThanOrEqual(MARK_SIZE);
        expect(Number(y)).toBeLessThanOrEqual(MARK_SIZE);
      }
    }
  });

  it.each([
    ["openingMicrophone", "One moment: the microphone is being opened"],
    ["connecting", "One moment: the connection is being made"],
    ["reconnecting", "The connection was lost and is being made again"],
    ["waiting", "Waiting for the answer · Esc to stop"],
    ["thinking", "Thinking about the answer · Esc to stop"],
    ["error", "Read the message, then press to try again"],
  ] as const)("%s comes with what is waited for", async (phase, words) => {
    await open({ phase });

    expect(byId("talk-hint").textContent).toBe(words);
  });

  it("is not waited for while one talks on", async () => {
    await open({ phase: "waiting", latched: true });

    expect(byId("talk-hint").textContent).toBe("Click to finish");
  });
});

describe("what a press does", () => {
  it("is told with the threshold until there is a conversation", async () => {
    const backend = await open({ settings: settings({ holdThresholdMs: 500 }) });
    expect(byId("talk-hint").textContent).toContain("longer than 0.5 s");
    expect(byId("talk").getAttribute("aria-describedby")).toBe("talk-hint");

    await show(backend, { type: "entry", entry: entry() });
    expect(byId("talk-hint").textContent).toBe("Click or hold to talk · Space");
  });

  it("is followed by a ring until it is a hold, where there are holds", async () => {
    const backend = await open();
    const ring = () => document.querySelector<SVGElement>("[data-hold]");
    expect(ring()).toBeNull();

    byId("talk").dispatchEvent(new PointerEvent("pointerdown", { button: 0 }));
    await settled();
    expect(ring()?.style.getPropertyValue("--threshold")).toBe("350ms");

    byId("talk").dispatchEvent(new PointerEvent("pointerup"));
    await settled();
    expect(ring()).toBeNull();

    await backend.updateSettings({ mode: "handsFree" });
    await settled();
    byId("talk").dispatchEvent(new PointerEvent("pointerdown", { button: 0 }));
    await settled();
    expect(ring()).toBeNull();
  });
});

describe("an answer that doesn't come", () => {
  const unanswered = [entry({ id: 1, text: "How high is it?", note: "noAnswer" })];
  const noAnswer = problem({ code: "noAnswer", advice: "retry" });

  it("can be asked for again by one button, in the same words", async () => {
    const backend = await open({ transcript: unanswered, problem: noAnswer });
    expect(byId("hint").textContent).toContain("No answer came");

    await userEvent.click(screen.getByRole("button", { name: "Ask again" }));
    await settled();

    expect(backend.calls).toEqual([["dismissProblem"], ["sendText", "How high is it?"]]);
    expect(byId("hint").textContent.trim()).toBe("");
  });

  it("is asked for by voice where the words aren't known", async () => {
    await open({ transcript: [entry({ text: "", note: "noAnswer" })], problem: noAnswer });

    expect(screen.queryByRole("button", { name: "Ask again" })).toBeNull();
    expect(byId("hint").textContent).toContain("Press the button and say it again.");
  });
});

describe("the devices in use", () => {
  const chips = () => [byId("chip-input").textContent.trim(), byId("chip-output").textContent.trim()];

  it("are named, as they are chosen and connected", async () => {
    const chosen = settings({ inputDevice: "pulse:usb-headset", outputDevice: "pulse:usb-headset-out" });
    const backend = await open();
    expect(chips()).toEqual(["Built-in Microphone", "Built-in Speakers"]);
    screen.getByRole("button", { name: "Microphone: Built-in Microphone" });

    await backend.updateSettings(chosen);
    await settled();
    expect(chips()).toEqual(["USB Headset", "USB Headset"]);
  });

  it("are told with what is used instead when they are gone, and that there are none", async () => {
    const backend = await open({ inputMissing: "Old Headset", outputMissing: "Old Headset" });
    expect(chips()).toEqual([
      "Old Headset not connected → using Built-in Microphone",
      "Old Headset not connected → using Built-in Speakers",
    ]);

    await show(backend, { type: "devices", devices: { inputs: [], outputs: [] } });
    expect(chips()).toEqual(["Old Headset is not connected", "Old Headset is not connected"]);
  });

  it("are told when there are none", async () => {
    await open({ devices: { inputs: [], outputs: [] } });

    expect(chips()).toEqual(["not found", "not found"]);
  });

  it.each([
    ["chip-input", "input-device"],
    ["chip-output", "output-device"],
  ])("%s opens the settings at %s", async (chip, control) => {
    await open();

    await userEvent.click(byId(chip));
    await settled();

    expect(document.activeElement?.id).toBe(control);
  });

  it("are looked for in the settings when nothing was heard", async () => {
    await open({ problem: problem({ code: "nothingHeard", advice: "none" }) });

    await userEvent.click(screen.getByRole("button", { name: "Choose the microphone" }));
    await settled();

    expect(document.activeElement?.id).toBe("input-device");
  });

  it("keep their names by the snapshot's order of preference", async () => {
    const { devices } = snapshot();
    const sound = { ...settings().sound, inputPreferences: ["pulse:usb-headset"] };
    await open({
      devices,
      inputMissing: "Desk",
      settings: settings({ inputDevice: "pulse:desk", sound }),
    });

    expect(chips()[0]).toBe("Desk not connected → using USB Headset");
  });
});

describe("the page", () => {
  const appearance = settings().appearance;

  it("follows the settings", async () => {
    const backend = await open({
      settings: settings({
        theme: "dark",
        appearance: { contrast: "high", textPercent: 150, motion: "reduced" },
      }),
    });
    expect({ ...root.dataset }).toMatchObject({ theme: "dark", contrast: "high", motion: "reduced" });
    expect(root.style.fontSize).toBe("150%");

    await backend.updateSettings({ theme: "light", appearance });
    await settled();
    expect({ ...root.dataset }).toMatchObject({ theme: "light", contrast: "normal", motion: "full" });
    expect(root.style.fontSize).toBe("100%");
  });

  it("is not set anew with every level", async () => {
    const backend = await open();
    const chosen = root.dataset["theme"];
    root.dataset["theme"] = "untouched";
    await show(backend, { type: "levels", input: -20, output: -90 });
    expect(root.dataset["theme"]).toBe("untouched");
    await show(backend, {
      type: "settings",
      settings: settings({ appearance: { ...appearance, textPercent: 110 } }),
      key: backend.snapshot.key,
      inputMissing: null,
      outputMissing: null,
    });
    expect(root.dataset["theme"]).toBe(chosen);
  });

  describe("as the system wishes", () => {
    afterEach(() => {
      vi.unstubAllGlobals();
    });

    it.each([
      ["(prefers-color-scheme: dark)", { theme: "dark", contrast: "normal", motion: "full" }],
      ["(prefers-contrast: more)", { theme: "light", contrast: "high", motion: "full" }],
      ["(forced-colors: active)", { theme: "light", contrast: "high", motion: "full" }],
      ["(prefers-reduced-motion: reduce)", { theme: "light", contrast: "normal", motion: "reduced" }],
    ])("follows %s, also when it comes later", (wish, expected) => {
      const queries = new Map<string, EventTarget & { matches: boolean }>();
      vi.stubGlobal("matchMedia", (query: string) => {
        const asked = Object.assign(new EventTarget(), { matches: false });
        queries.set(query, asked);
        return asked;
      });
      const end = keepLook("system", appearance);
      const turn = (matches: boolean) => {
        const query = queries.get(wish);
        if (query === undefined) throw new Error(`${wish} was not asked`);
        query.matches = matches;
        query.dispatchEvent(new Event("change"));
      };

      turn(true);
      expect({ ...root.dataset }).toMatchObject(expected);

      end();
      turn(false);
      expect({ ...root.dataset }).toMatchObject(expected);
    });
  });
});

describe("the settings of the looks", () => {
  it.each([
    ["contrast", "High", { contrast: "high" }],
    ["text-size", "200%", { textPercent: 200 }],
    ["motion", "Reduced", { motion: "reduced" }],
  ])("change %s alone", async (id, name, part) => {
    const backend = await openSettings();

    await userEvent.selectOptions(select(id), name);
    await settled();

    expect(patches(backend)).toEqual([{ appearance: { ...settings().appearance, ...part } }]);
    expect(shown(id)).toBe(name);
  });

  it("offer a text size that was chosen elsewhere, in its place", async () => {
    const appearance = { ...settings().appearance, textPercent: 137 };
    await openSettings({ settings: settings({ appearance }) });

    expect(shown("text-size")).toBe("137%");
    expect(choices("text-size")).toEqual([
      "80%",
      "90%",
      "100%",
      "110%",
      "125%",
      "137%",
      "150%",
      "175%",
      "200%",
    ]);
  });
});
