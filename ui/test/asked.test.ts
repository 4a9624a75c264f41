// Links and commands from outside show a part of the window, and start nothing.

import { describe, expect, it } from "vitest";

import { settings } from "./fakeBackend";
import { patches } from "./settingsWindow";
import { byId, open, settled } from "./window";

describe("a part of the window that is asked for from outside", () => {
  it("is the talk button with the focus, in front of everything else, and nobody talks", async () => {
    const backend = await open();
    backend.emit({ type: "asked", part: "settings" });
    await settled();
    expect(document.querySelector("dialog")).not.toBeNull();

    backend.emit({ type: "asked", part: "talk" });
    await settled();
    expect(document.querySelector("dialog")).toBeNull();
    expect(document.activeElement).toBe(byId("talk"));
    expect(backend.callsOf("talk")).toEqual([]);
    expect(backend.callsOf("connect")).toEqual([]);
  });

  it("is the settings, for which the strip becomes the whole window", async () => {
    const desktop = { ...settings().desktop, compact: true };
    const backend = await open({ settings: settings({ desktop }) });
    backend.emit({ type: "asked", part: "settings" });
    await settled();
    expect(patches(backend)).toEqual([{ desktop: { ...desktop, compact: false } }]);
  });

  it("comes back when it is asked for again", async () => {
    const backend = await open();
    backend.emit({ type: "asked", part: "talk" });
    await settled();
    byId("talk").blur();
    backend.emit({ type: "asked", part: "talk" });
    await settled();
    expect(document.activeElement).toBe(byId("talk"));
  });
});
