import { screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { flushSync } from "svelte";
import { describe, expect, it, vi } from "vitest";

import type { KeyStatus } from "../src/bindings/KeyStatus";
import { problem, settings, type FakeBackend } from "./fakeBackend";
import { input, offers, openSettings, patches } from "./settingsWindow";
import { byId, settled, show } from "./window";

const gemini = { settings: settings({ service: "gemini" }) };

/** The settings of somebody with this key, or none. */
function openWith(key: Partial<KeyStatus> = {}): Promise<FakeBackend> {
  return openSettings({ ...gemini, key: { place: null, keychain: true, ...key } });
}

const place = () => document.querySelector<HTMLInputElement>("[name=key-place]:checked")?.value;
const places = () =>
  [...document.querySelectorAll<HTMLInputElement>("[name=key-place]")].map((radio) => radio.value);
/** Enters a key, and waits until the service has been asked and the key handed over. */
async function enterKey(key: string): Promise<void> {
  await userEvent.type(input("api-key"), `${key}{Enter}`);
  await answered();
}
/** The answer to the question, and what comes of it, are each shown in a frame of their own. */
async function answered(): Promise<void> {
  await settled();
  await settled();
}
const choosePlace = (name: string) => userEvent.click(screen.getByRole("radio", { name }));

describe("the API key", () => {
  it("is handed over once and is gone from the page", async () => {
    const backend = await openWith();

    await userEvent.type(input("api-key"), "  secret-key-123 ");
    await userEvent.click(byId("use-api-key"));
    await answered();

    expect(backend.callsOf("setApiKey")).toEqual([["secret-key-123", "keychain"]]);
    expect(input("api-key").value).toBe("");
    expect(document.documentElement.outerHTML).not.toContain("secret-key-123");
    screen.getByText("The key is in the system's keychain.");
  });

  it("is used on Enter", async () => {
    const backend = await openWith();

    await enterKey("secret-key-123");

    expect(backend.callsOf("setApiKey")).toEqual([["secret-key-123", "keychain"]]);
  });

  it("is hidden while it is typed, and nowhere kept", async () => {
    await openWith();

    await userEvent.type(input("api-key"), "secret");

    expect(input("api-key").type).toBe("password");
    expect(input("api-key").autocomplete).toBe("off");
    expect(JSON.stringify({ ...localStorage, ...sessionStorage })).not.toContain("secret");
  });

  it("is never part of the settings", async () => {
    const backend = await openWith();

    await enterKey("secret-key-123");

    expect(JSON.stringify(patches(backend))).not.toContain("secret-key-123");
  });

  it("is there to be tried again when it was not taken", async () => {
    const backend = await openWith();
    backend.refuse("setApiKey", { code: "invalid", field: "key", detail: "too long" });

    await enterKey("secret-key-123");

    expect(input("api-key").value).toBe("secret-key-123");
  });

  it("cannot be empty", async () => {
    const backend = await openWith();

    await userEvent.type(input("api-key"), "   {Enter}");

    expect(input("use-api-key").disabled).toBe(true);
    expect(backend.callsOf("setApiKey")).toEqual([]);
  });

  it("is not asked for when the guide answers", async () => {
    await openSettings({ settings: settings({ service: "demo" }) });

    expect(offers("api-key")).toBe(false);
  });
});

describe("the check of a key", () => {
  const wrong = problem({ code: "keyInvalid", advice: "enterKey" });
  const away = problem({ code: "hostUnreachable", advice: "checkNetwork" });
  const verdict = () => screen.getByRole("alert").textContent;

  it("comes before it is kept", async () => {
    const backend = await openWith();

    await enterKey(" secret-key-123 ");

    expect(backend.calls.map(([name]) => name).filter((name) => /key/i.test(name))).toEqual([
      "checkKey",
      "setApiKey",
    ]);
    expect(backend.callsOf("checkKey")).toEqual([["secret-key-123"]]);
    screen.getByText("The service accepts this key.");
  });

  it("is waited for, and the key stays as it is meanwhile", async () => {
    const backend = await openWith();
    backend.opinion = null;

    await enterKey("secret-key-123");
    screen.getByText("Asking the service about it…");
    await userEvent.type(input("api-key"), "456{Enter}");

    expect(input("api-key").value).toBe("secret-key-123");
    expect(backend.callsOf("checkKey")).toHaveLength(1);
    expect(backend.callsOf("setApiKey")).toEqual([]);
  });

  it("keeps no key that the service refuses, and says why", async () => {
    const backend = await openWith();
    backend.opinion = { state: "refused", problem: wrong };

    await enterKey("secret-key-123");

    expect(backend.callsOf("setApiKey")).toEqual([]);
    expect(verdict()).toContain("Google doesn't accept this API key");
    expect(input("api-key").getAttribute("aria-invalid")).toBe("true");
    expect(document.activeElement).toBe(input("api-key"));
    expect(offers("keep-api-key")).toBe(false);
  });

  it("has nothing more to say once the key is corrected", async () => {
    const backend = await openWith();
    backend.opinion = { state: "refused", problem: wrong };
    await enterKey("secret-key-12");

    await userEvent.type(input("api-key"), "3");
    expect(screen.queryByRole("alert")).toBeNull();
    expect(input("api-key").getAttribute("aria-invalid")).toBe("false");
    backend.opinion = { state: "good" };
    await enterKey("4");

    expect(backend.callsOf("setApiKey")).toHaveLength(1);
  });

  it("that could not be made leaves it to the user", async () => {
    const backend = await openWith();
    backend.opinion = { state: "unreachable", problem: away };
    await choosePlace("Only until I close Vivavoce");

    await enterKey("secret-key-123");
    expect(verdict()).toContain("There is no way to reach the service");
    expect(backend.callsOf("setApiKey")).toEqual([]);
    await userEvent.click(byId("keep-api-key"));
    await settled();

    expect(backend.callsOf("setApiKey")).toEqual([["secret-key-123", "session"]]);
    expect(input("api-key").value).toBe("");
    expect(screen.queryByText("The service accepts this key.")).toBeNull();
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("that was told of another key isn't taken for this one's", async () => {
    const backend = await openWith();
    await enterKey("first-key");
    backend.opinion = null;

    await enterKey("second-key");

    expect(backend.callsOf("setApiKey")).toEqual([["first-key", "keychain"]]);
    expect(input("api-key").value).toBe("second-key");
  });

  it("that is told when nobody has asked is nobody's", async () => {
    const backend = await openWith();
    await userEvent.type(input("api-key"), "not-yet-entered");

    await show(backend, { type: "keyCheck", check: { state: "good" } });

    expect(backend.callsOf("setApiKey")).toEqual([]);
  });

  it("that was refused at once could not be made", async () => {
    const backend = await openWith();
    backend.refuse("checkKey", { code: "invalid", field: "key", detail: "too long" });

    await enterKey("secret-key-123");

    expect(verdict()).toContain("The service didn't answer");
    expect(offers("keep-api-key")).toBe(true);
  });

  it("that never comes back is given up", async () => {
    const backend = await openWith();
    backend.opinion = null;
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
    input("api-key").value = "secret-key-123";
    input("api-key").dispatchEvent(new Event("input", { bubbles: true }));
    flushSync();
    byId("use-api-key").click();
    flushSync();

    vi.advanceTimersByTime(14_000);
    flushSync();
    expect(screen.queryByRole("alert")).toBeNull();
    vi.advanceTimersByTime(1_000);
    flushSync();
    vi.useRealTimers();

    expect(verdict()).toContain("The service didn't answer");
  });

  it("leaves the focus where something can be done", async () => {
    await openWith();

    await userEvent.type(input("api-key"), "secret-key-123");
    await userEvent.click(byId("use-api-key"));
    await answered();

    expect(document.activeElement).toBe(input("api-key"));
  });
});

describe("a key that is there", () => {
  it.each([
    ["keychain", "The key is in the system's keychain."],
    ["session", "The key is kept until you close Vivavoce."],
    ["file", "The key is in a file that only your account can read."],
    ["environment", "The key comes from the environment variable GEMINI_API_KEY."],
  ] as const)("in the %s is said to be there, and not shown", async (where, words) => {
    await openWith({ place: where });

    expect(byId("key-kept").textContent).toBe(words);
    expect(input("api-key").value).toBe("");
  });

  it.each(["keychain", "session", "file"] as const)("in the %s can be forgotten", async (where) => {
    const backend = await openWith({ place: where });

    await userEvent.click(byId("forget-api-key"));
    await settled();

    expect(backend.callsOf("setApiKey")).toEqual([[null, where]]);
    expect(offers("key-kept")).toBe(false);
  });

  it("in the environment isn't this program's to forget", async () => {
    await openWith({ place: "environment" });

    expect(offers("forget-api-key")).toBe(false);
  });

  it("can be replaced", async () => {
    const backend = await openWith({ place: "file" });

    await userEvent.type(input("api-key"), "another-key");
    await userEvent.click(screen.getByRole("button", { name: "Replace the key" }));
    await answered();

    expect(backend.callsOf("setApiKey")).toEqual([["another-key", "keychain"]]);
  });
});

describe("the place for a key", () => {
  it("is the keychain unless another is chosen", async () => {
    const backend = await openWith();
    expect(places()).toEqual(["keychain", "session", "file"]);
    expect(place()).toBe("keychain");

    await choosePlace("Only until I close Vivavoce");
    await enterKey("secret");

    expect(backend.callsOf("setApiKey")).toEqual([["secret", "session"]]);
  });

  it("is memory where there is no keychain, and that is said", async () => {
    const backend = await openWith({ keychain: false });
    expect(places()).toEqual(["session", "file"]);
    screen.getByText("This system has no keychain that works.");

    await enterKey("secret");

    expect(backend.callsOf("setApiKey")).toEqual([["secret", "session"]]);
  });

  it("is a file only after it was said what that means", async () => {
    const backend = await openWith({ keychain: false });
    expect(offers("key-consent")).toBe(false);

    await choosePlace("In a file, unencrypted");
    await enterKey("secret");
    expect(input("use-api-key").disabled).toBe(true);
    expect(backend.callsOf("setApiKey")).toEqual([]);

    await userEvent.click(screen.getByRole("checkbox", { name: /every program I run, .* can read/ }));
    await userEvent.click(byId("use-api-key"));
    await answered();

    expect(backend.callsOf("setApiKey")).toEqual([["secret", "file"]]);
  });

  it("asks again for the next file", async () => {
    await openWith();
    await choosePlace("In a file, unencrypted");
    await userEvent.click(input("key-consent"));

    await choosePlace("In the system's keychain");
    await choosePlace("In a file, unencrypted");

    expect(input("key-consent").checked).toBe(false);
  });

  it("is the usual one again after a key was handed over", async () => {
    await openWith();
    await choosePlace("In a file, unencrypted");
    await userEvent.click(input("key-consent"));
    await enterKey("secret");

    expect(place()).toBe("keychain");
    expect(offers("key-consent")).toBe(false);
  });
});

describe("the way in", () => {
  it.each([
    ["apiKey", true],
    ["mintedToken", true],
    ["tokenUrl", false],
    ["googleCloud", false],
  ] as const)("%s asks for a key: %s", async (kind, asks) => {
    const access = { ...settings().access, kind };
    await openSettings({ settings: settings({ service: "gemini", access }) });

    expect(offers("api-key")).toBe(asks);
  });
});
