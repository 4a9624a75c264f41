import { fireEvent, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it } from "vitest";

import { features, settings } from "./fakeBackend";
import { byId, open, settled, show } from "./window";

const pressed = () => byId("talk").getAttribute("aria-pressed");

describe("the talk button under a pointer", () => {
  it("is pressed when the pointer goes down and released when it comes up", async () => {
    const backend = await open();

    await fireEvent.pointerDown(byId("talk"), { button: 0, pointerId: 1 });
    expect(backend.talks).toEqual(["press"]);

    await fireEvent.pointerUp(byId("talk"), { button: 0, pointerId: 1 });
    expect(backend.talks).toEqual(["press", "release"]);
  });

  it("makes one press and one release of a click", async () => {
    const backend = await open();

    await userEvent.click(byId("talk"));

    expect(backend.talks).toEqual(["press", "release"]);
  });

  it("keeps the pointer, so that letting go elsewhere counts", async () => {
    await open();
    const captured: number[] = [];
    byId("talk").setPointerCapture = (id) => captured.push(id);

    await fireEvent.pointerDown(byId("talk"), { button: 0, pointerId: 5 });

    expect(captured).toEqual([5]);
  });

  it("leaves the other mouse buttons alone", async () => {
    const backend = await open();

    await fireEvent.pointerDown(byId("talk"), { button: 2, pointerId: 1 });
    await fireEvent.pointerUp(byId("talk"), { button: 2, pointerId: 1 });

    expect(backend.talks).toEqual([]);
  });

  it.each(["pointerCancel", "lostPointerCapture"] as const)("is released by %s", async (event) => {
    const backend = await open();

    await fireEvent.pointerDown(byId("talk"), { button: 0, pointerId: 1 });
    await fireEvent[event](byId("talk"), { pointerId: 1 });
    expect(backend.talks).toEqual(["press", "release"]);

    await fireEvent.pointerUp(byId("talk"), { button: 0, pointerId: 1 });
    expect(backend.talks).toEqual(["press", "release"]);
  });

  it("says nothing of a pointer that goes down elsewhere and comes up here", async () => {
    const backend = await open();

    await fireEvent.pointerUp(byId("talk"), { button: 0, pointerId: 1 });

    expect(backend.talks).toEqual([]);
  });

  it("takes a bare click, as assistive technology makes it, for a press and a release", async () => {
    const backend = await open();

    byId("talk").click();

    expect(backend.talks).toEqual(["press", "release"]);
  });
});

describe("the talk button under a key", () => {
  it.each([" ", "Enter"])(
    "is pressed once by “%s” however long it repeats, until the key comes up",
    async (key) => {
      const backend = await open();
      byId("talk").focus();

      await fireEvent.keyDown(byId("talk"), { key });
      await fireEvent.keyDown(byId("talk"), { key, repeat: true });
      await fireEvent.keyDown(byId("talk"), { key, repeat: true });
      expect(backend.talks).toEqual(["press"]);

      await fireEvent.keyUp(byId("talk"), { key });
      expect(backend.talks).toEqual(["press", "release"]);
    },
  );

  it("makes no click of the key besides", async () => {
    const backend = await open();
    byId("talk").focus();

    await userEvent.keyboard(" {Enter}");

    expect(backend.talks).toEqual(["press", "release", "press", "release"]);
  });

  it("is not pressed a second time by a key while a pointer holds it", async () => {
    const backend = await open();

    await fireEvent.pointerDown(byId("talk"), { button: 0, pointerId: 1 });
    await userEvent.keyboard(" ");
    expect(backend.talks).toEqual(["press"]);

    await fireEvent.pointerUp(byId("talk"), { button: 0, pointerId: 1 });
    expect(backend.talks).toEqual(["press", "release"]);
  });

  it("leaves shortcuts alone", async () => {
    const backend = await open();

    for (const modifier of ["ctrlKey", "altKey", "metaKey"]) {
      await fireEvent.keyDown(document.body, { key: " ", [modifier]: true });
    }

    expect(backend.talks).toEqual([]);
  });
});

describe("a held talk button", () => {
  afterEach(() => {
    Reflect.deleteProperty(document, "hidden");
  });

  it("is released when the window loses the focus", async () => {
    const backend = await open();

    await fireEvent.keyDown(document.body, { key: " " });
    await fireEvent.blur(window);
    expect(backend.talks).toEqual(["press", "release"]);

    await fireEvent.keyUp(document.body, { key: " " });
    expect(backend.talks).toEqual(["press", "release"]);
  });

  it("is released when the window is hidden", async () => {
    const backend = await open();

    await fireEvent.pointerDown(byId("talk"), { button: 0, pointerId: 1 });
    Object.defineProperty(document, "hidden", { value: true, configurable: true });
    await fireEvent(document, new Event("visibilitychange"));

    expect(backend.talks).toEqual(["press", "release"]);
  });

  it("is released when it goes away", async () => {
    const backend = await open();

    await fireEvent.keyDown(document.body, { key: " " });
    await show(backend, {
      type: "settings",
      settings: settings({ welcomed: false }),
      key: { place: null, keychain: true },
      inputMissing: null,
      outputMissing: null,
    });

    expect(document.getElementById("talk")).toBeNull();
    expect(backend.talks).toEqual(["press", "release"]);
  });

  it("can be pressed again after it was lost", async () => {
    const backend = await open();

    await fireEvent.keyDown(document.body, { key: " " });
    await fireEvent.blur(window);
    await userEvent.keyboard(" ");

    expect(backend.talks).toEqual(["press", "release", "press", "release"]);
  });
});

describe("Space", () => {
  it("talks from anywhere in the window, but Enter only on the button", async () => {
    const backend = await open();

    await userEvent.keyboard(" {Enter}");
    byId("transcript").focus();
    await userEvent.keyboard(" {Enter}");

    expect(backend.talks).toEqual(["press", "release", "press", "release"]);
  });

  it("is a space while a message is typed", async () => {
    const backend = await open();

    await userEvent.type(screen.getByRole("textbox", { name: "Type a message" }), "two words");

    expect(screen.getByRole<HTMLTextAreaElement>("textbox").value).toBe("two words");
    expect(backend.talks).toEqual([]);
  });

  it("activates the button that has the focus instead", async () => {
    const backend = await open();
    screen.getByRole("button", { name: "Mute the microphone" }).focus();

    await userEvent.keyboard(" ");

    expect(backend.calls).toEqual([["setMuted", true]]);
  });

  it("talks to nobody while the settings are open", async () => {
    const backend = await open();
    await userEvent.click(byId("settings"));

    await fireEvent.keyDown(screen.getByRole("dialog"), { key: " " });

    expect(backend.talks).toEqual([]);
  });
});

describe("Esc", () => {
  it("stops the answer", async () => {
    const backend = await open({ phase: "speaking" });

    await userEvent.keyboard("{Escape}");

    expect(backend.calls).toEqual([["stop"]]);
  });

  it("stops the answer while a message is typed, too", async () => {
    const backend = await open({ phase: "speaking" });
    screen.getByRole("textbox").focus();

    await userEvent.keyboard("{Escape}");

    expect(backend.calls).toEqual([["stop"]]);
  });

  it("only takes back the conversion when it ends one", async () => {
    const backend = await open({ phase: "speaking" });

    await fireEvent.keyDown(screen.getByRole("textbox"), { key: "Escape", isComposing: true });

    expect(backend.calls).toEqual([]);
  });

  it("only closes the settings when they are open", async () => {
    const backend = await open({ phase: "speaking" });
    await userEvent.click(byId("settings"));

    await userEvent.keyboard("{Escape}");
    await settled();

    expect(screen.queryByRole("dialog")).toBeNull();
    expect(backend.callsOf("stop")).toEqual([]);
  });
});

describe("what the button shows", () => {
  it("is whether the microphone is listened to", async () => {
    const backend = await open();
    expect(pressed()).toBe("false");
    expect(screen.getByRole("button", { name: "Talk" })).toBe(byId("talk"));

    await show(backend, { type: "phase", phase: "listening", latched: true });
    expect(pressed()).toBe("true");
    expect(screen.getByRole("button", { name: "Talk", pressed: true })).toBe(byId("talk"));

    await show(backend, { type: "phase", phase: "waiting", latched: false });
    expect(pressed()).toBe("false");
  });

  it("comes with the phase, in the page and as a status", async () => {
    const backend = await open();

    await show(backend, { type: "phase", phase: "thinking", latched: false });

    expect(screen.getByRole("main").dataset["phase"]).toBe("thinking");
    expect(within(screen.getByRole("region", { name: "Talk" })).getByRole("status").textContent).toBe(
      "Thinking",
    );
  });

  it("comes with what a click would do now", async () => {
    const backend = await open();
    screen.getByText("Click to talk, or hold (longer than 0.35 s) while you speak · Space");

    await show(backend, { type: "phase", phase: "listening", latched: false });
    screen.getByText("Let go to finish");

    await show(backend, { type: "phase", phase: "listening", latched: true });
    screen.getByText("Click to finish");

    await show(backend, { type: "phase", phase: "speaking", latched: false });
    screen.getByText("Click to interrupt · Esc to stop");
  });
});

describe("beside the button", () => {
  it("Stop works while there is an answer to stop", async () => {
    const backend = await open();
    expect(byId<HTMLButtonElement>("stop").disabled).toBe(true);

    await show(backend, { type: "phase", phase: "speaking", latched: false });
    await userEvent.click(byId("stop"));

    expect(backend.calls).toEqual([["stop"]]);
  });

  it("Mute says what it does and whether it is on", async () => {
    const backend = await open();

    await userEvent.click(screen.getByRole("button", { name: "Mute the microphone" }));
    await settled();
    expect(byId("mute").getAttribute("aria-pressed")).toBe("true");

    await userEvent.click(byId("mute"));
    expect(backend.callsOf("setMuted")).toEqual([[true], [false]]);
  });

  it("the way of talking is chosen", async () => {
    const backend = await open();

    await userEvent.click(screen.getByRole("radio", { name: "Hands-free" }));
    await settled();

    expect(backend.calls).toEqual([["updateSettings", { mode: "handsFree" }]]);
    expect(screen.getByRole<HTMLInputElement>("radio", { name: "Hands-free" }).checked).toBe(true);
    screen.getByText("Click to start listening · Space");
  });
});

describe("a typed message", () => {
  const box = () => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Type a message" });

  it("is sent by Enter and leaves the box empty", async () => {
    const backend = await open();

    await userEvent.type(box(), "  Hello there {Enter}");

    expect(backend.calls).toEqual([["sendText", "Hello there"]]);
    expect(box().value).toBe("");
  });

  it("is not sent by the Enter that ends a conversion, nor by Shift+Enter", async () => {
    const backend = await open();
    await userEvent.type(box(), "こんにちは");

    await fireEvent.keyDown(box(), { key: "Enter", isComposing: true });
    await fireEvent.keyDown(box(), { key: "Enter", shiftKey: true });

    expect(backend.calls).toEqual([]);
  });

  it("is not sent when there is nothing in it", async () => {
    const backend = await open();
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Send" }).disabled).toBe(true);

    await userEvent.type(box(), "   {Enter}");

    expect(backend.calls).toEqual([]);
  });

  it("comes back when it could not be sent", async () => {
    const backend = await open();
    backend.refuse("sendText", { code: "invalid", field: "text", detail: "too long" });

    await userEvent.type(box(), "Hello");
    await userEvent.click(screen.getByRole("button", { name: "Send" }));
    await settled();

    expect(box().value).toBe("Hello");
  });
});

describe("a model that only listens by itself", () => {
  const model = {
    id: "translate",
    label: "Translate",
    note: null,
    accepts: features({ pushToTalk: false, translation: true }),
  };

  it("offers no push-to-talk, whatever was chosen before", async () => {
    await open({ settings: settings({ service: "gemini", model: "translate" }), models: [model] });

    expect(screen.queryByRole("radio", { name: "Push to talk" })).toBeNull();
    expect(screen.getByRole<HTMLInputElement>("radio", { name: "Hands-free" }).checked).toBe(true);
    screen.getByText("Click to start listening · Space");
  });

  it("offers nothing to type into where it takes no words", async () => {
    const listening = { ...model, accepts: features({ instruction: false }) };
    const backend = await open({
      settings: settings({ service: "gemini", model: "translate" }),
      models: [listening],
    });
    expect(document.getElementById("composer")).toBeNull();

    await backend.updateSettings({ service: "demo" });
    await settled();
    expect(document.getElementById("composer")).not.toBeNull();
  });

  it("doesn't matter to the rehearsal", async () => {
    await open({ settings: settings({ service: "demo", model: "translate" }), models: [model] });

    expect(screen.getByRole<HTMLInputElement>("radio", { name: "Push to talk" }).checked).toBe(true);
  });
});
