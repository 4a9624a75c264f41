// What can be set, tried and measured about sound.

import { fireEvent, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import type { Sound } from "../src/bindings/Sound";
import { health, settings, snapshot, sound } from "./fakeBackend";
import { choices, choose, input, offers, openSettings, patches, shown } from "./settingsWindow";
import { byId, settled, show } from "./window";

const HEADSET = "pulse:usb-headset";
const BUILT_IN = "pulse:builtin-mic";
const GONE = "pulse:alsa_input.usb-Jabra_EVOLVE_20-00.mono-fallback";

/** The names in an order of devices, as they are listed. */
const listed = (id: string) =>
  [...document.querySelectorAll(`[aria-labelledby="${id}-label"] .name`)].map((name) => name.textContent);
const click = async (name: string) => {
  await userEvent.click(screen.getByRole("button", { name }));
  await settled();
};
const drag = async (id: string, value: string) => {
  await fireEvent.input(input(id), { target: { value } });
  await fireEvent.change(input(id), { target: { value } });
  await settled();
};
const words = (id: string) => byId(id).textContent.trim();

describe("the order of microphones", () => {
  const chosen = settings({ inputDevice: HEADSET, sound: sound({ inputPreferences: [GONE, BUILT_IN] }) });

  it("is for those who have chosen one", async () => {
    await openSettings();

    expect(offers("input-device-order-choice")).toBe(false);
  });

  it("lists everything in it, what isn't connected by its name", async () => {
    await openSettings({ settings: chosen });

    expect(listed("input-device-order")).toEqual([
      "USB Headset",
      "Jabra EVOLVE 20 (not connected)",
      "Built-in Microphone",
    ]);
  });

  it("goes on calling a device that goes away by its name", async () => {
    const backend = await openSettings({ settings: chosen });
    const [builtIn] = snapshot().devices.inputs;
    if (builtIn === undefined) throw new Error("no microphone");

    await show(backend, { type: "devices", devices: { inputs: [builtIn], outputs: [] } });

    expect(listed("input-device-order")[0]).toBe("USB Headset (not connected)");
  });

  it("is extended by another one, but not by what a loudspeaker plays", async () => {
    const backend = await openSettings({ settings: settings({ inputDevice: HEADSET }) });
    expect(choices("input-device-order-choice")).toEqual(["Choose another", "Built-in Microphone"]);

    await choose("input-device-order-choice", "Built-in Microphone");
    await userEvent.click(byId("input-device-order-add"));
    await settled();

    expect(patches(backend)).toEqual([{ sound: sound({ inputPreferences: [BUILT_IN] }) }]);
    expect(listed("input-device-order")).toEqual(["USB Headset", "Built-in Microphone"]);
    expect(choices("input-device-order-choice")).toEqual(["Choose another"]);
  });

  it("is changed by buttons, which keep the focus and tell the new place", async () => {
    const backend = await openSettings({ settings: chosen });

    await click("Move Built-in Microphone up");
    expect(document.activeElement?.getAttribute("aria-label")).toBe("Move Built-in Microphone up");
    screen.getByText("Built-in Microphone is now number 2.");
    await userEvent.keyboard("{Enter}");
    await settled();

    expect(patches(backend)).toEqual([
      { sound: sound({ inputPreferences: [BUILT_IN, GONE] }) },
      { inputDevice: BUILT_IN, sound: sound({ inputPreferences: [HEADSET, GONE] }) },
    ]);
    // At the top there is no way up any more.
    expect(document.activeElement?.getAttribute("aria-label")).toBe("Move Built-in Microphone down");
    expect(shown("input-device")).toBe("Built-in Microphone");
  });

  it("ends at both ends", async () => {
    await openSettings({ settings: chosen });
    const disabled = (name: string) => screen.getByRole<HTMLButtonElement>("button", { name }).disabled;

    expect(disabled("Move USB Headset up")).toBe(true);
    expect(disabled("Move USB Headset down")).toBe(false);
    expect(disabled("Move Built-in Microphone down")).toBe(true);
  });

  it("gives the first place to the next when the first is taken out", async () => {
    const backend = await openSettings({ settings: chosen });

    await click("Remove USB Headset");

    expect(patches(backend)).toEqual([{ inputDevice: GONE, sound: sound({ inputPreferences: [BUILT_IN] }) }]);
    expect(document.activeElement).toBe(byId("input-device-order-choice"));
  });

  it("names a device once when it is chosen from the list above", async () => {
    const backend = await openSettings({ settings: chosen });

    await choose("input-device", "Built-in Microphone");

    expect(patches(backend)).toEqual([{ inputDevice: BUILT_IN, sound: sound({ inputPreferences: [GONE] }) }]);
  });

  it("takes no more than the engine does", async () => {
    const many = Array.from({ length: 16 }, (_, index) => `pulse:${index}`);
    await openSettings({
      settings: settings({ inputDevice: HEADSET, sound: sound({ inputPreferences: many }) }),
    });

    expect(byId<HTMLSelectElement>("input-device-order-choice").disabled).toBe(true);
  });

  it("of loudspeakers is another", async () => {
    const backend = await openSettings({ settings: settings({ outputDevice: "pulse:usb-headset-out" }) });

    await choose("output-device-order-choice", "Built-in Speakers");
    await userEvent.click(byId("output-device-order-add"));

    expect(patches(backend)).toEqual([{ sound: sound({ outputPreferences: ["pulse:builtin"] }) }]);
  });
});

describe("a Bluetooth microphone", () => {
  const devices = snapshot().devices;
  const headphones = {
    id: "pulse:bluez",
    name: "Headphones",
    isDefault: false,
    isMonitor: false,
    isBluetooth: true,
  };

  it("comes with an advice and another one to use", async () => {
    const backend = await openSettings({
      devices: { ...devices, inputs: [headphones, ...devices.inputs] },
      settings: settings({ inputDevice: headphones.id }),
    });
    screen.getByText(/in the quality of a telephone/);

    await click("Use “Built-in Microphone” instead");

    expect(patches(backend)).toEqual([{ inputDevice: BUILT_IN }]);
    expect(screen.queryByText(/in the quality of a telephone/)).toBeNull();
  });

  it("comes with the advice alone where it is the only one", async () => {
    await openSettings({
      devices: { ...devices, inputs: [{ ...headphones, isDefault: true }] },
    });

    screen.getByText(/in the quality of a telephone/);
    expect(offers("use-wired")).toBe(false);
  });
});

describe("the channel", () => {
  it("is chosen where the microphone has more than one", async () => {
    const backend = await openSettings();
    expect(offers("input-channel")).toBe(false);

    await show(backend, { type: "input", input: { name: "Interface", rate: 48_000, channels: 3 } });
    expect(choices("input-channel")).toEqual(["All together", "Channel 1", "Channel 2", "Channel 3"]);
    await choose("input-channel", "Channel 2");
    await choose("input-channel", "All together");

    expect(patches(backend)).toEqual([
      { sound: sound({ inputChannel: 1 }) },
      { sound: sound({ inputChannel: null }) },
    ]);
  });

  it("stays to be changed when the microphone is shut", async () => {
    await openSettings({ settings: settings({ sound: sound({ inputChannel: 3 }) }) });

    expect(shown("input-channel")).toBe("Channel 4");
  });
});

describe.each([
  ["input-gain", "inputGainDb", "12", "+12 dB", ["-20", "30"]],
  ["output-volume", "outputVolumeDb", "-6", "-6 dB", ["-60", "0"]],
] as const)("the slider #%s", (id, field, value, shownAs, range) => {
  it("is saved when it is let go, and says its value all the while", async () => {
    const backend = await openSettings();
    expect([input(id).min, input(id).max]).toEqual(range);

    await fireEvent.input(input(id), { target: { value } });
    expect(input(id).getAttribute("aria-valuetext")).toBe(shownAs);
    expect(patches(backend)).toEqual([]);

    await drag(id, value);
    expect(patches(backend)).toEqual([{ sound: sound({ [field]: Number(value) }) }]);
    expect(document.querySelector(`output[for="${id}"]`)?.textContent).toBe(shownAs);
  });

  it("follows what is set elsewhere", async () => {
    const backend = await openSettings();

    await backend.updateSettings({ sound: sound({ [field]: Number(value) }) });
    await settled();

    expect(input(id).value).toBe(value);
    expect(input(id).getAttribute("aria-valuetext")).toBe(shownAs);
  });
});

describe.each([
  ["echo-cancellation", { echoCancellation: false }],
  ["noise-suppression", { noiseSuppression: false }],
  ["gain-control", { gainControl: false }],
  ["high-pass", { highPass: false }],
  ["half-duplex", { halfDuplex: true }],
  ["cues", { cues: false }],
] as [string, Partial<Sound>][])("the switch #%s", (id, change) => {
  it("changes that and nothing else", async () => {
    const backend = await openSettings();

    await userEvent.click(input(id));

    expect(patches(backend)).toEqual([{ sound: sound(change) }]);
  });
});

describe("listening before the press", () => {
  it("is off unless a length is chosen", async () => {
    const backend = await openSettings();
    expect(shown("pre-roll")).toBe("Off");
    screen.getByText("For words that come too early. Kept in memory only.");

    await choose("pre-roll", "300 milliseconds");

    expect(patches(backend)).toEqual([{ sound: sound({ preRollMs: 300 }) }]);
  });

  it("shows a length that was chosen elsewhere", async () => {
    await openSettings({ settings: settings({ sound: sound({ preRollMs: 250 }) }) });

    expect(shown("pre-roll")).toBe("250 milliseconds");
    expect(choices("pre-roll").slice(2, 5)).toEqual([
      "200 milliseconds",
      "250 milliseconds",
      "300 milliseconds",
    ]);
  });
});

describe("hands-free talking", () => {
  const { detection } = settings();

  it("is heard by the service or by this computer", async () => {
    const backend = await openSettings();

    const local = screen.getByRole("radio", { name: "This computer" });
    expect(byId(local.getAttribute("aria-describedby") ?? "").textContent).toMatch(/Only what you say/);
    await userEvent.click(local);

    expect(patches(backend)).toEqual([{ detection: { ...detection, by: "local" } }]);
  });

  it("has three kinds of patience", async () => {
    const backend = await openSettings();
    expect(screen.getByRole<HTMLInputElement>("radio", { name: "Normal" }).checked).toBe(true);

    await userEvent.click(screen.getByRole("radio", { name: "Patient" }));
    await userEvent.click(screen.getByRole("radio", { name: "Quick" }));

    expect(patches(backend)).toEqual([
      { detection: { ...detection, patience: "patient" } },
      { detection: { ...detection, patience: "quick" } },
    ]);
  });
});

describe("the echo meter", () => {
  const meter = () => screen.queryByRole<HTMLMeterElement>("meter", { name: "Echo taken out" });

  it("measures a test phrase", async () => {
    const backend = await openSettings();
    expect(meter()).toBeNull();
    expect(words("test-echo-state")).toBe("Not measured yet: nothing was played.");

    await click("Play the test phrase");
    await show(backend, { type: "echo", echo: { state: "learning", removedDb: 4.6, delayMs: null } });

    expect(backend.callsOf("testEcho")).toHaveLength(1);
    expect(words("test-echo-state")).toBe("Learning how it sounds here…");
    expect(meter()?.value).toBeCloseTo(4.6 / 50);
    screen.getByText("5 dB taken out");
  });

  it("says when it works, and how late the echo is", async () => {
    const backend = await openSettings();

    await show(backend, { type: "echo", echo: { state: "converged", removedDb: 38, delayMs: 120 } });

    expect(words("test-echo-state")).toBe("Works: the other side doesn't hear itself.");
    screen.getByText("The echo comes back after 120 ms.");
    expect(offers("use-half-duplex")).toBe(false);
  });

  it.each([
    [-3, 0],
    [70, 1],
  ])("stays within its scale at %i dB", async (removedDb, value) => {
    await openSettings({ echo: { state: "converged", removedDb, delayMs: null } });

    expect(meter()?.value).toBe(value);
  });

  it("offers half-duplex where it can't cope, and says that it is on", async () => {
    const backend = await openSettings({ echo: { state: "failing", removedDb: 3, delayMs: 80 } });

    await click("Use half-duplex");

    expect(patches(backend)).toEqual([{ sound: sound({ halfDuplex: true }) }]);
    expect(offers("use-half-duplex")).toBe(false);
    screen.getByText("Half-duplex is on, so that doesn't matter.");
  });

  it("has nothing to measure while echo is left alone", async () => {
    await openSettings({
      settings: settings({ sound: sound({ echoCancellation: false }) }),
      echo: { state: "failing", removedDb: 3, delayMs: 80 },
    });

    expect(words("test-echo-state")).toBe("Echo is left as it is.");
    expect(byId<HTMLButtonElement>("test-echo").disabled).toBe(true);
    expect(meter()).toBeNull();
  });
});

describe("while somebody talks", () => {
  it.each(["test-echo", "test-record"])("#%s can't be used", async (id) => {
    const backend = await openSettings({ phase: "listening" });
    expect(byId<HTMLButtonElement>(id).disabled).toBe(true);

    await show(backend, { type: "phase", phase: "ready", latched: false });
    expect(byId<HTMLButtonElement>(id).disabled).toBe(false);
  });
});

describe("the diagnostics", () => {
  it("are folded, and follow what is counted", async () => {
    const backend = await openSettings({ health: health({ underruns: 2, playoutTargetMs: 80 }) });
    const list = byId("diagnostics");
    const row = (name: string) => list.querySelector(`[data-name="${name}"] dd`)?.textContent;
    expect(list.closest("details")?.open).toBe(false);
    expect([row("underruns"), row("playoutTargetMs"), row("reopened")]).toEqual(["2", "80 ms", "0"]);

    await show(backend, { type: "health", health: health({ underruns: 3, reopened: 1 }) });

    expect([row("underruns"), row("reopened")]).toEqual(["3", "1"]);
    within(list).getByText("Loudspeaker ran dry in an answer");
  });
});
