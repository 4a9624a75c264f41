import { screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { settings } from "./fakeBackend";
import { byId, open, settled, show } from "./window";

const fresh = { phase: "off", settings: settings({ service: "gemini", welcomed: false }) } as const;

describe("the first start", () => {
  it("offers three ways to begin, and nothing to talk to yet", async () => {
    await open(fresh);

    screen.getByRole("heading", { name: "Talk with Gemini, live" });
    screen.getByRole("button", { name: "Set up (under a minute)" });
    expect(byId("try-demo").textContent.trim()).toBe("Skip and try it without a key");
    expect(byId("use-key").textContent.trim()).toBe("Just enter my Gemini API key");
    expect(document.getElementById("talk")).toBeNull();
  });

  it("asks the engine for nothing by itself", async () => {
    const backend = await open(fresh);

    expect(backend.calls).toEqual([]);
  });

  it("chooses the rehearsal, then connects, when it is to be tried without a key", async () => {
    const backend = await open(fresh);

    await userEvent.click(byId("try-demo"));
    await settled();

    expect(backend.calls).toEqual([["updateSettings", { service: "demo", welcomed: true }], ["connect"]]);
    expect(byId("talk")).toBeTruthy();
    screen.getByText("Rehearsal");
  });

  it("does not connect when the choice was not accepted", async () => {
    const backend = await open(fresh);
    backend.refuse("updateSettings", { code: "invalid", field: "service", detail: "no such service" });

    await userEvent.click(byId("try-demo"));
    await settled();

    expect(backend.callsOf("connect")).toEqual([]);
    expect(byId("try-demo")).toBeTruthy();
  });

  it("says so when the engine has stopped, instead of doing nothing", async () => {
    const backend = await open(fresh);
    backend.refuse("updateSettings", { code: "unavailable" });

    await userEvent.click(byId("try-demo"));
    await settled();

    expect(screen.getByRole("alert").textContent).toContain("start it again");
  });

  it("leads to the field for the key when there is one", async () => {
    const backend = await open({ ...fresh, settings: settings({ welcomed: false }) });

    await userEvent.click(byId("use-key"));
    await settled();

    expect(backend.callsOf("updateSettings")).toEqual([[{ intro: "key" }]]);
    expect(backend.callsOf("connect")).toEqual([]);
    expect(byId("intro-api-key")).toBeTruthy();
  });
});

describe("the window", () => {
  it("speaks the language of the settings, and changes it at once", async () => {
    const backend = await open({ settings: settings({ language: "ja" }) });
    expect(document.documentElement.lang).toBe("ja");
    screen.getByRole("button", { name: "話す" });

    await show(backend, {
      type: "settings",
      settings: settings({ language: "en" }),
      key: { place: null, keychain: true },
      inputMissing: null,
      outputMissing: null,
    });

    expect(document.documentElement.lang).toBe("en");
    screen.getByRole("button", { name: "Talk" });
  });

  it("speaks the language of the desktop when it is to follow it", async () => {
    await open({ settings: settings({ language: "system" }), locale: "ja-JP" });

    screen.getByRole("button", { name: "話す" });
  });

  it.each([
    ["dark", "dark"],
    ["light", "light"],
    ["system", "light"],
  ] as const)("set to %s is %s on a light desktop", async (theme, shown) => {
    await open({ settings: settings({ theme }) });

    expect(document.documentElement.dataset["theme"]).toBe(shown);
  });
});
