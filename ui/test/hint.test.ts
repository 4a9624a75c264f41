// What is said beside the talk button, and what can be done about it there.

import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it } from "vitest";

import App from "../src/App.svelte";
import type { Problem } from "../src/bindings/Problem";
import type { Settings } from "../src/bindings/Settings";
import { messages } from "../src/i18n";
import { FakeBackend, problem, settings, snapshot, sound } from "./fakeBackend";
import { offers, patches } from "./settingsWindow";
import { byId, open, settled, show } from "./window";

const said = () => byId("hint").textContent.replace(/\s+/g, " ").trim();
const hint = (overrides: Partial<Problem>): Problem => problem({ advice: "none", ...overrides });

const devices = snapshot().devices;
const headphones = {
  id: "pulse:bluez",
  name: "Headphones",
  isDefault: true,
  isMonitor: false,
  isBluetooth: true,
};

describe("a hint", () => {
  it.each([
    ["pressTooShort", {}, /^That was too short .* Hold the button/],
    ["nothingHeard", { detail: "-52 dBFS" }, /^Nothing was heard The loudest sound was at -52 dBFS\./],
    ["longPress", {}, /^This turn is about to end /],
    ["bluetoothMicrophone", { device: "Headphones" }, /^“Headphones” is a Bluetooth microphone /],
    ["echoFailing", {}, /^The echo can't be taken out here /],
  ] as const)("of %s is said beside the talk button, not as a fault", async (code, facts, words) => {
    const backend = await open();
    expect(said()).toBe("");

    await show(backend, { type: "problem", problem: hint({ code, ...facts }) });

    expect(said()).toMatch(words);
    expect(offers("problem")).toBe(false);
    expect(byId("hint").getAttribute("role")).toBe("status");
  });

  it("goes when it is dismissed, or over", async () => {
    const backend = await open({ problem: hint({ code: "pressTooShort" }) });

    await userEvent.click(screen.getByRole("button", { name: "Dismiss" }));
    await settled();
    expect(said()).toBe("");

    await show(backend, { type: "problem", problem: hint({ code: "longPress" }) });
    await show(backend, { type: "problem", problem: null });
    expect(said()).toBe("");
    expect(backend.calls).toEqual([["dismissProblem"]]);
  });

  it("does not cover a fault", async () => {
    await open({ problem: problem({ code: "microphoneBlocked", advice: "allowMicrophone" }) });

    expect(offers("problem")).toBe(true);
    expect(said()).toBe("");
  });

  it("is not repeated as an alert over the settings", async () => {
    await open({ problem: hint({ code: "pressTooShort" }) });

    await userEvent.click(byId("settings"));
    await settled();

    expect(screen.queryByRole("alert")).toBeNull();
  });
});

describe("an echo that can't be taken out", () => {
  it("is mended by half-duplex, with the other sound settings as they were", async () => {
    const chosen = sound({ inputGainDb: 6 });
    const backend = await open({
      settings: settings({ sound: chosen }),
      problem: hint({ code: "echoFailing" }),
    });

    await userEvent.click(screen.getByRole("button", { name: "Use half-duplex" }));
    await settled();

    expect(backend.calls).toEqual([
      ["updateSettings", { sound: { ...chosen, halfDuplex: true } }],
      ["dismissProblem"],
    ]);
    expect(said()).toBe("");
  });
});

describe("a Bluetooth microphone", () => {
  it("can be exchanged for another at once", async () => {
    const backend = await open({
      devices: { ...devices, inputs: [headphones, ...devices.inputs] },
      settings: settings({ inputDevice: headphones.id }),
      problem: hint({ code: "bluetoothMicrophone", device: "Headphones", detail: "Built-in Microphone" }),
    });

    await userEvent.click(screen.getByRole("button", { name: "Use “Built-in Microphone” instead" }));
    await settled();

    expect(backend.calls).toEqual([
      ["updateSettings", { inputDevice: "pulse:builtin-mic" }],
      ["dismissProblem"],
    ]);
  });

  it("is exchanged for the one the hint names", async () => {
    const backend = await open({
      devices: { ...devices, inputs: [headphones, ...devices.inputs] },
      settings: settings({ inputDevice: headphones.id }),
      problem: hint({ code: "bluetoothMicrophone", device: "Headphones", detail: "USB Headset" }),
    });

    await userEvent.click(screen.getByRole("button", { name: "Use “USB Headset” instead" }));

    expect(patches(backend)).toEqual([{ inputDevice: "pulse:usb-headset" }]);
  });

  it("is only pointed out where there is no other", async () => {
    await open({
      devices: { ...devices, inputs: [headphones] },
      problem: hint({ code: "bluetoothMicrophone", device: "Headphones" }),
    });

    expect(offers("hint-wired")).toBe(false);
  });
});

describe("speaking while muted", () => {
  it("is said, until the microphone hears again", async () => {
    const backend = await open({ phase: "paused", muted: true, latched: true });

    await show(backend, { type: "mutedSpeech" });
    expect(said()).toBe("You are muted What you are saying isn't sent.");

    await userEvent.click(screen.getByRole("button", { name: "Unmute" }));
    await settled();
    expect(backend.callsOf("setMuted")).toEqual([[false]]);
    expect(said()).toBe("");
  });

  it("is no longer said when it comes too late", async () => {
    const backend = await open({ muted: false });

    await show(backend, { type: "mutedSpeech" });

    expect(said()).toBe("");
  });
});

describe("a blocked microphone", () => {
  it.each([
    ["windows", /Privacy & security, Microphone, and let desktop apps/],
    ["macos", /System Settings/],
    ["linux", /whether it is muted/],
    [null, /Allow it in the system's settings/],
  ])("on %s comes with that system's way to allow it", async (detail, way) => {
    await open({ problem: problem({ code: "microphoneBlocked", advice: "allowMicrophone", detail }) });

    expect(byId("problem").textContent).toMatch(way);
  });
});

describe("listening ahead", () => {
  const armed = (changes: Partial<Settings> = {}) =>
    settings({ sound: sound({ preRollMs: 300 }), ...changes });
  const shown = () => document.getElementById("armed")?.textContent.trim() ?? null;

  it("is seen while it goes on, and leaves its place while it doesn't", async () => {
    const backend = await open({ settings: armed() });
    expect(shown()).toBe("Listening ahead: 300 ms, kept in memory only");

    await show(backend, { type: "phase", phase: "listening", latched: false });
    expect(shown()).toBe("");
  });

  it("is for push to talk alone", async () => {
    await open({ settings: armed({ mode: "handsFree" }) });

    expect(shown()).toBeNull();
  });

  it("is not done with a Bluetooth microphone, or with none", async () => {
    const backend = await open({ settings: armed(), devices: { ...devices, inputs: [headphones] } });
    expect(shown()).toBe("");

    await show(backend, { type: "devices", devices: { inputs: [], outputs: [] } });
    expect(shown()).toBe("");
  });

  it("is off by default", async () => {
    await open();

    expect(shown()).toBeNull();
  });
});

describe("half-duplex", () => {
  it("tells that the microphone rests while an answer plays", async () => {
    const chosen = settings({ mode: "handsFree", sound: sound({ halfDuplex: true }) });
    const backend = await open({ settings: chosen, phase: "speaking", latched: true });
    screen.getByText(messages("en").talk.hintResting);

    await show(backend, { type: "phase", phase: "listening", latched: true });
    screen.getByText(messages("en").talk.hintListening);
    expect(patches(backend)).toEqual([]);
  });
});

describe("the engine", () => {
  afterEach(() => {
    Reflect.deleteProperty(document, "hidden");
  });

  it("knows whether anybody can see the window", async () => {
    const backend = new FakeBackend();
    const { unmount } = render(App, { backend });
    await settled();

    for (const hidden of [true, false]) {
      Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
      document.dispatchEvent(new Event("visibilitychange"));
    }
    expect(backend.callsOf("attend")).toEqual([[true], [false], [true]]);

    unmount();
    document.dispatchEvent(new Event("visibilitychange"));
    expect(backend.callsOf("attend")).toHaveLength(3);
  });
});
