import { screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import type { Advice } from "../src/bindings/Advice";
import type { Problem } from "../src/bindings/Problem";
import { messages } from "../src/i18n";
import { problem, settings, type FakeBackend } from "./fakeBackend";
import { byId, open, settled, show } from "./window";

const banner = () => screen.getByRole("alert");

/** The window with this problem and a service that has every setting. */
function openWith(overrides: Partial<Problem>): Promise<FakeBackend> {
  return open({ settings: settings({ service: "custom" }), problem: problem(overrides) });
}

async function followAdvice(advice: Exclude<Advice, "none">): Promise<void> {
  await userEvent.click(within(banner()).getByRole("button", { name: messages("en").advice[advice] }));
  await settled();
}

describe("a problem", () => {
  it("offers another try where the address isn't the user's to correct", async () => {
    const backend = await open({
      settings: settings({ service: "gemini" }),
      problem: problem({ code: "tlsFailed", advice: "checkEndpoint" }),
    });

    await followAdvice("retry");

    expect(backend.callsOf("connect")).toHaveLength(1);
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("is told in a sentence as soon as it comes, and goes when it is over", async () => {
    const backend = await open();
    expect(screen.queryByRole("alert")).toBeNull();

    await show(backend, {
      type: "problem",
      problem: problem({ code: "deviceBusy", advice: "chooseDevice", device: "USB Headset" }),
    });
    within(banner()).getByText(/“USB Headset” is in use by another program/);

    await show(backend, { type: "problem", problem: null });
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("is dismissed", async () => {
    const backend = await openWith({});

    await userEvent.click(within(banner()).getByRole("button", { name: "Dismiss" }));
    await settled();

    expect(backend.calls).toEqual([["dismissProblem"]]);
    expect(screen.queryByRole("alert")).toBeNull();
  });

  it("leaves the rest of the window usable", async () => {
    const backend = await openWith({});

    await userEvent.click(byId("talk"));

    expect(backend.talks).toEqual(["press", "release"]);
  });

  it("without a remedy has no button for one", async () => {
    await openWith({ code: "locationUnsupported", advice: "none" });

    const buttons = within(banner()).getAllByRole("button", { hidden: true });
    expect(buttons.map((button) => button.getAttribute("aria-label") ?? button.textContent.trim())).toEqual([
      "Copy details",
      "Dismiss",
    ]);
  });
});

describe("its remedy", () => {
  it.each([
    ["chooseDevice", "deviceNotFound", "input-device"],
    ["chooseDevice", "noOutputDevice", "output-device"],
    ["enterKey", "keyInvalid", "api-key"],
    ["chooseModel", "modelNotFound", "model"],
    ["checkEndpoint", "notALiveServer", "endpoint"],
    ["changeSettings", "configurationRejected", "model"],
  ] as const)("%s for %s opens the settings at #%s", async (advice, code, id) => {
    await openWith({ advice, code });

    await followAdvice(advice);

    screen.getByRole("dialog", { name: "Settings" });
    expect(document.activeElement).toBe(byId(id));
  });

  it.each([
    ["checkNetwork", "hostUnreachable"],
    ["waitThenRetry", "quotaExceeded"],
    ["retry", "setupTimeout"],
  ] as const)("%s for %s takes the problem away and connects", async (advice, code) => {
    const backend = await openWith({ advice, code });

    await followAdvice(advice);

    expect(backend.calls).toEqual([["dismissProblem"], ["connect"]]);
  });

  it.each([
    ["connectDevice", "noInputDevice"],
    ["allowMicrophone", "deviceRefused"],
  ] as const)("%s for %s looks for devices again", async (advice, code) => {
    const backend = await openWith({ advice, code });

    await followAdvice(advice);

    expect(backend.calls).toEqual([["refreshDevices"], ["dismissProblem"]]);
  });

  it("for a missing key leads to the field even when the rehearsal was chosen", async () => {
    await open({ problem: problem({ code: "keyMissing", advice: "enterKey" }) });

    await followAdvice("enterKey");

    expect(screen.getByRole("dialog").contains(document.activeElement)).toBe(true);
  });
});

describe("its details", () => {
  const known = {
    code: "serviceClosed",
    advice: "retry",
    closeCode: 1011,
    detail: "Internal error encountered.",
    model: "gemini-3.1-flash-live-preview",
    url: "wss://live.example.net",
  } as const;

  it("name what is known, in the words of the service", async () => {
    await openWith(known);

    const rows = [...banner().querySelectorAll("dt")].map((term) => [
      term.textContent,
      term.nextElementSibling?.textContent,
    ]);
    expect(rows).toEqual([
      ["Code", "serviceClosed"],
      ["Close code", "1011"],
      ["Reason", "Internal error encountered."],
      ["Model", "gemini-3.1-flash-live-preview"],
      ["Address of the server", "wss://live.example.net"],
    ]);
  });

  it("leave out what is not known", async () => {
    await openWith({ code: "setupTimeout", advice: "retry" });

    expect([...banner().querySelectorAll("dt")].map((term) => term.textContent)).toEqual(["Code"]);
    expect(banner().textContent).not.toMatch(/null|undefined/);
  });

  it("are copied as text", async () => {
    const user = userEvent.setup();
    await openWith(known);

    await user.click(within(banner()).getByText("Details"));
    await user.click(within(banner()).getByText("Copy details"));
    await settled();

    expect(await navigator.clipboard.readText()).toBe(
      [
        "Code: serviceClosed",
        "Close code: 1011",
        "Reason: Internal error encountered.",
        "Model: gemini-3.1-flash-live-preview",
        "Address of the server: wss://live.example.net",
      ].join("\n"),
    );
    within(banner()).getByText("Copied");
  });

  it("of the next problem are not said to be copied", async () => {
    const user = userEvent.setup();
    const backend = await openWith(known);
    await user.click(within(banner()).getByText("Copy details"));
    await settled();

    await show(backend, {
      type: "problem",
      problem: problem({ code: "quotaExceeded", advice: "waitThenRetry" }),
    });

    within(banner()).getByText("Copy details");
  });

  it("show markup from the service as the text it is", async () => {
    await openWith({ ...known, detail: "<b>no</b>" });

    within(banner()).getByText("<b>no</b>");
    expect(banner().querySelector("b")).toBeNull();
  });
});
