import { screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import type { KeyStatus } from "../src/bindings/KeyStatus";
import { settings, type FakeBackend } from "./fakeBackend";
import { input, offers, openSettings, patches } from "./settingsWindow";
import { byId, settled } from "./window";

const gemini = { settings: settings({ service: "gemini" }) };

/** The settings of somebody with this key, or none. */
function openWith(key: Partial<KeyStatus> = {}): Promise<FakeBackend> {
  return openSettings({ ...gemini, key: { place: null, keychain: true, ...key } });
}

const place = () => document.querySelector<HTMLInputElement>("[name=key-place]:checked")?.value;
const places = () =>
  [...document.querySelectorAll<HTMLInputElement>("[name=key-place]")].map((radio) => radio.value);
const choosePlace = (name: string) => userEvent.click(screen.getByRole("radio", { name }));

describe("the API key", () => {
  it("is handed over once and is gone from the page", async () => {
    const backend = await openWith();

    await userEvent.type(input("api-key"), "  secret-key-123 ");
    await userEvent.click(byId("use-api-key"));
    await settled();

    expect(backend.callsOf("setApiKey")).toEqual([["secret-key-123", "keychain"]]);
    expect(input("api-key").value).toBe("");
    expect(document.documentElement.outerHTML).not.toContain("secret-key-123");
    screen.getByText("The key is in the system's keychain.");
  });

  it("is used on Enter", async () => {
    const backend = await openWith();

    await userEvent.type(input("api-key"), "secret-key-123{Enter}");

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

    await userEvent.type(input("api-key"), "secret-key-123{Enter}");

    expect(JSON.stringify(patches(backend))).not.toContain("secret-key-123");
  });

  it("is there to be tried again when it was not taken", async () => {
    const backend = await openWith();
    backend.refuse("setApiKey", { code: "invalid", field: "key", detail: "too long" });

    await userEvent.type(input("api-key"), "secret-key-123{Enter}");
    await settled();

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

    expect(backend.callsOf("setApiKey")).toEqual([["another-key", "keychain"]]);
  });
});

describe("the place for a key", () => {
  it("is the keychain unless another is chosen", async () => {
    const backend = await openWith();
    expect(places()).toEqual(["keychain", "session", "file"]);
    expect(place()).toBe("keychain");

    await choosePlace("Only until I close Vivavoce");
    await userEvent.type(input("api-key"), "secret{Enter}");

    expect(backend.callsOf("setApiKey")).toEqual([["secret", "session"]]);
  });

  it("is memory where there is no keychain, and that is said", async () => {
    const backend = await openWith({ keychain: false });
    expect(places()).toEqual(["session", "file"]);
    screen.getByText("This system has no keychain that works.");

    await userEvent.type(input("api-key"), "secret{Enter}");

    expect(backend.callsOf("setApiKey")).toEqual([["secret", "session"]]);
  });

  it("is a file only after it was said what that means", async () => {
    const backend = await openWith({ keychain: false });
    expect(offers("key-consent")).toBe(false);

    await choosePlace("In a file, unencrypted");
    await userEvent.type(input("api-key"), "secret{Enter}");
    expect(input("use-api-key").disabled).toBe(true);
    expect(backend.callsOf("setApiKey")).toEqual([]);

    await userEvent.click(screen.getByRole("checkbox", { name: /every program I run, .* can read/ }));
    await userEvent.click(byId("use-api-key"));

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
    await userEvent.type(input("api-key"), "secret{Enter}");
    await settled();

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
