import { fireEvent, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { settings } from "./fakeBackend";
import { choices, input, openSettings, patches, select, shown } from "./settingsWindow";
import { byId, settled, show } from "./window";

const gemini = { settings: settings({ service: "gemini" }) };

describe("the settings", () => {
  it("listen to the microphone while they are open, for the meter", async () => {
    const backend = await openSettings();
    expect(backend.callsOf("monitorInput")).toEqual([[true]]);

    await userEvent.click(screen.getByRole("button", { name: "Close settings" }));
    await settled();

    expect(backend.callsOf("monitorInput")).toEqual([[true], [false]]);
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("look for devices when they are opened", async () => {
    const backend = await openSettings();

    expect(backend.callsOf("refreshDevices")).toHaveLength(1);
  });

  it("can be opened again", async () => {
    const backend = await openSettings();

    await userEvent.keyboard("{Escape}");
    await settled();
    await userEvent.click(byId("settings"));

    screen.getByRole("dialog", { name: "Settings" });
    expect(backend.callsOf("monitorInput")).toEqual([[true], [false], [true]]);
  });

  it("change nothing by being looked at", async () => {
    const backend = await openSettings({
      settings: settings({ service: "custom", endpoint: "https://example.com" }),
    });

    await userEvent.tab();
    await userEvent.tab();
    await userEvent.keyboard("{Escape}");

    expect(patches(backend)).toEqual([]);
    expect(backend.callsOf("setApiKey")).toEqual([]);
  });
});

describe("the microphone", () => {
  it("is chosen from the list", async () => {
    const backend = await openSettings();
    expect(choices("input-device")).toEqual([
      "System default (Built-in Microphone)",
      "Built-in Microphone",
      "USB Headset",
      "Built-in Speakers (what a loudspeaker plays)",
    ]);

    await userEvent.selectOptions(select("input-device"), "USB Headset");
    await settled();

    expect(patches(backend)).toEqual([{ inputDevice: "pulse:usb-headset" }]);
    expect(shown("input-device")).toBe("USB Headset");
  });

  it("is none in particular with the system default", async () => {
    const backend = await openSettings({ settings: settings({ inputDevice: "pulse:usb-headset" }) });
    expect(shown("input-device")).toBe("USB Headset");

    await userEvent.selectOptions(select("input-device"), "System default (Built-in Microphone)");
    await settled();

    expect(patches(backend)).toEqual([{ inputDevice: null }]);
    expect(shown("input-device")).toBe("System default (Built-in Microphone)");
  });

  it("stays chosen and named while it is not connected", async () => {
    await openSettings({
      settings: settings({ inputDevice: "pulse:old-headset" }),
      inputMissing: "Old Headset",
    });

    expect(shown("input-device")).toBe("Old Headset (not connected)");
  });

  it("stays chosen when it comes back and when others come and go", async () => {
    const backend = await openSettings({
      settings: settings({ inputDevice: "pulse:old-headset" }),
      inputMissing: "Old Headset",
    });
    const back = {
      id: "pulse:old-headset",
      name: "Old Headset",
      isDefault: false,
      isMonitor: false,
      isBluetooth: false,
    };

    await show(
      backend,
      { type: "devices", devices: { inputs: [back], outputs: [] } },
      {
        type: "settings",
        settings: settings({ inputDevice: "pulse:old-headset" }),
        key: { place: null, keychain: true },
        inputMissing: null,
        outputMissing: null,
      },
    );

    expect(choices("input-device")).toEqual(["System default", "Old Headset"]);
    expect(shown("input-device")).toBe("Old Headset");
  });

  it("that is really a loudspeaker is warned of", async () => {
    await openSettings({ settings: settings({ inputDevice: "pulse:builtin.monitor" }) });

    screen.getByText(/the other side would hear what your loudspeaker plays/);
  });

  it("has a meter that follows its level", async () => {
    const backend = await openSettings();
    const meter = screen.getByRole("meter", { name: "Microphone level" });

    await show(backend, { type: "levels", input: -30, output: -90 });
    expect(meter.getAttribute("value")).toBe("0.5");

    await show(backend, { type: "levels", input: -90, output: -90 });
    expect(meter.getAttribute("value")).toBe("0");
  });
});

describe("the loudspeaker", () => {
  it("is chosen on its own", async () => {
    const backend = await openSettings();

    await userEvent.selectOptions(select("output-device"), "USB Headset");

    expect(patches(backend)).toEqual([{ outputDevice: "pulse:usb-headset-out" }]);
  });

  it("stays chosen and named while it is not connected", async () => {
    await openSettings({
      settings: settings({ outputDevice: "pulse:gone" }),
      outputMissing: "Desk Speakers",
    });

    expect(shown("output-device")).toBe("Desk Speakers (not connected)");
    expect(shown("input-device")).toBe("System default (Built-in Microphone)");
  });

  it("can be tried with a tone", async () => {
    const backend = await openSettings();

    await userEvent.click(byId("test-tone"));

    expect(backend.callsOf("testTone")).toHaveLength(1);
  });
});

describe("the service", () => {
  it("is chosen, and asks for its own settings alone", async () => {
    const backend = await openSettings();
    expect(document.getElementById("endpoint")).toBeNull();

    await userEvent.click(screen.getByRole("radio", { name: "Another server" }));
    await settled();
    await userEvent.type(input("endpoint"), " https://example.com ");
    await userEvent.tab();

    expect(patches(backend)).toEqual([{ service: "custom" }, { endpoint: "https://example.com" }]);
  });

  it("says when a value was not accepted, until another is", async () => {
    const backend = await openSettings({ settings: settings({ service: "custom" }) });
    backend.refuse("updateSettings", {
      code: "invalid",
      field: "endpoint",
      detail: "relative URL without a base",
    });

    await userEvent.type(input("endpoint"), "nonsense");
    await userEvent.tab();
    await settled();

    expect(screen.getByRole("alert").textContent).toBe("This value was not accepted.");
  });

  it("has models, with their standing", async () => {
    const backend = await openSettings(gemini);
    expect(choices("model")).toEqual([
      "Gemini 3.1 Flash Live (preview)",
      "Gemini 2.5 Flash",
      "Another model…",
    ]);

    await userEvent.selectOptions(select("model"), "Gemini 2.5 Flash");

    expect(patches(backend)).toEqual([{ model: "gemini-2.5-flash-native-audio" }]);
  });

  it("takes a model that is not in the list", async () => {
    const backend = await openSettings(gemini);

    await userEvent.selectOptions(select("model"), "Another model…");
    await settled();
    await userEvent.clear(input("model-id"));
    await userEvent.type(input("model-id"), "gemini-next-live");
    await userEvent.tab();
    await settled();

    expect(patches(backend)).toEqual([{ model: "gemini-next-live" }]);
    expect(shown("model")).toBe("Another model…");
    expect(input("model-id").value).toBe("gemini-next-live");
  });

  it("has voices, or its own choice of one", async () => {
    const backend = await openSettings(gemini);
    expect(choices("voice")).toEqual([
      "The service's choice",
      "Puck · Upbeat",
      "Kore · Firm",
      "Charon · Informative",
    ]);

    await userEvent.selectOptions(select("voice"), "Kore");
    await settled();
    await userEvent.selectOptions(select("voice"), "The service's choice");

    expect(patches(backend)).toEqual([{ voice: "Kore" }, { voice: null }]);
  });
});

describe("the instruction", () => {
  it("is saved once, when the field is left", async () => {
    const backend = await openSettings(gemini);

    await userEvent.type(byId("instruction"), "Answer briefly.");
    expect(patches(backend)).toEqual([]);

    await userEvent.tab();
    expect(patches(backend)).toEqual([{ systemInstruction: "Answer briefly." }]);
  });

  it("is not saved when nothing was changed", async () => {
    const backend = await openSettings({
      settings: settings({ service: "gemini", systemInstruction: "Be kind." }),
    });

    byId("instruction").focus();
    await userEvent.tab();

    expect(patches(backend)).toEqual([]);
  });

  it("keeps what is being typed while levels and other settings arrive", async () => {
    const backend = await openSettings(gemini);
    await userEvent.type(byId("instruction"), "Answer");

    await show(backend, { type: "levels", input: -20, output: -20 });
    await backend.updateSettings({ theme: "dark" });
    await settled();

    expect(byId<HTMLTextAreaElement>("instruction").value).toBe("Answer");
  });
});

describe("the other settings", () => {
  it("are saved when they are changed", async () => {
    const backend = await openSettings();

    await fireEvent.change(input("hold-threshold"), { target: { value: "500" } });
    await fireEvent.change(input("release-tail"), { target: { value: "0" } });
    await userEvent.selectOptions(select("theme"), "Dark");
    await userEvent.selectOptions(select("language"), "日本語");
    await settled();

    expect(patches(backend)).toEqual([
      { holdThresholdMs: 500 },
      { releaseTailMs: 0 },
      { theme: "dark" },
      { language: "ja" },
    ]);
    within(screen.getByRole("dialog")).getByRole("heading", { name: "設定" });
  });

  it("are not saved out of their range, and say it", async () => {
    const backend = await openSettings();

    await fireEvent.change(input("hold-threshold"), { target: { value: "99" } });

    expect(patches(backend)).toEqual([]);
    expect(input("hold-threshold").getAttribute("aria-invalid")).toBe("true");
    screen.getByText("A whole number from 100 to 2000, please.");
  });

  it.each(["hold-threshold", "release-tail"])("are not saved as no number at all (%s)", async (id) => {
    const backend = await openSettings();

    await userEvent.clear(input(id));
    await userEvent.tab();

    expect(patches(backend)).toEqual([]);
  });

  it("end with the version", async () => {
    await openSettings({ version: "3.2.1" });

    screen.getByText("Vivavoce 3.2.1");
  });
});
