import { render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { flushSync, type ComponentProps } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";

import type { Advice } from "../src/bindings/Advice";
import type { Problem } from "../src/bindings/Problem";
import ProblemBanner from "../src/components/ProblemBanner.svelte";
import { messages } from "../src/i18n";
import { nextOf, withoutSecrets } from "../src/problem";
import { FakeBackend, problem, settings } from "./fakeBackend";
import InEnglish from "./InEnglish.svelte";

import { byId, open, settled, show } from "./window";

const banner = () => byId("problem");
const announced = () => within(banner()).queryByRole("alert")?.textContent;

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
    expect(document.getElementById("problem")).toBeNull();

    await show(backend, {
      type: "problem",
      problem: problem({ code: "deviceBusy", advice: "chooseDevice", device: "USB Headset" }),
    });
    within(banner()).getByText("“USB Headset” is in use by another program");
    within(banner()).getByText("That program keeps it to itself.");
    within(banner()).getByText("Close that program or choose another device.");
    within(banner()).getByText("Once that is done, press the talk button.");

    await show(backend, { type: "problem", problem: null });
    expect(document.getElementById("problem")).toBeNull();
  });

  it("is dismissed", async () => {
    const backend = await openWith({});

    await userEvent.click(within(banner()).getByRole("button", { name: "Dismiss" }));
    await settled();

    expect(backend.calls).toEqual([["dismissProblem"]]);
    expect(document.getElementById("problem")).toBeNull();
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
    ["changeSettings", "keychainUnavailable", "api-key"],
    ["changeSettings", "tokenUnavailable", "access-kind"],
    ["changeSettings", "proxyFailed", "proxy"],
    ["changeSettings", "certificatesUnreadable", "ca-file"],
  ] as const)("%s for %s opens the settings at #%s", async (advice, code, id) => {
    await openWith({ advice, code });

    await followAdvice(advice);

    screen.getByRole("dialog", { name: "Settings" });
    expect(document.activeElement).toBe(byId(id));
    expect(byId(id).closest("details")?.open).toBe(true);
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
    at: Date.UTC(2026, 10, 22, 12, 4, 5, 678),
  } as const;
  const rows = () =>
    [...banner().querySelectorAll("dt")].map((term) => [
      term.textContent,
      term.nextElementSibling?.textContent ?? "",
    ]);

  it("name what is known, in the words of the service", async () => {
    await openWith(known);

    expect(rows()).toEqual([
      ["Code", "serviceClosed"],
      ["Close code", "1011"],
      ["Reason", "Internal error encountered."],
      ["Model", "gemini-3.1-flash-live-preview"],
      ["Address", "wss://live.example.net"],
      ["Time", expect.stringMatching(/\d.*2026.*\(2026-11-22T12:04:05\.678Z\)$/)],
      ["Version", "Vivavoce 0.1.0"],
    ]);
  });

  it("say when the next try is", async () => {
    await openWith({ ...known, retryAt: Date.UTC(2026, 10, 22, 12, 5) });

    expect(rows()).toContainEqual(["Next try", expect.stringContaining("2026-11-22T12:05:00.000Z")]);
  });

  it("leave out what is not known", async () => {
    await openWith({ code: "setupTimeout", advice: "retry" });

    expect(rows().map(([label]) => label)).toEqual(["Code", "Version"]);
    expect(banner().textContent).not.toMatch(/null|undefined/);
  });

  it("are copied as text", async () => {
    const user = userEvent.setup();
    await openWith(known);

    await user.click(within(banner()).getByText("Details"));
    await user.click(within(banner()).getByText("Copy details"));
    await settled();

    const copied = await navigator.clipboard.readText();
    expect(copied.split("\n")).toEqual(rows().map(([label, value]) => `${label}: ${value}`));
    expect(copied).toContain("Close code: 1011\nReason: Internal error encountered.\n");
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

  it("hold no secret, even if the service repeats one", async () => {
    const user = userEvent.setup();
    await openWith({
      ...known,
      detail: "key AIzaSyD-0123456789abcdef is bad",
      url: "https://me:hunter2@live.example.net/?key=AIzaSyD-0123456789abcdef",
    });

    await user.click(within(banner()).getByText("Copy details"));
    await settled();

    const copied = await navigator.clipboard.readText();
    expect(copied).toContain("live.example.net");
    expect(copied + banner().outerHTML).not.toMatch(/AIzaSyD|hunter2/);
  });

  it("show markup from the service as the text it is", async () => {
    await openWith({ ...known, detail: "<b>no</b>" });

    expect(within(banner()).getAllByText("<b>no</b>")).toHaveLength(2);
    expect(banner().querySelector("b")).toBeNull();
  });
});

describe("a reason nobody knows", () => {
  it("is quoted as it is", async () => {
    await openWith({ code: "serviceClosed", advice: "retry", closeCode: 1008, detail: "The moon is full." });

    expect(banner().querySelector("blockquote")?.textContent).toBe("The moon is full.");
    within(banner()).getByText("It gave its own reason for that.");
  });

  it("is not made up where none was given", async () => {
    await openWith({ code: "serviceClosed", advice: "retry", closeCode: 1007 });

    within(banner()).getByText("It gave no reason.");
    expect(banner().querySelector("blockquote")).toBeNull();
  });

  it("is cut where it is endless, and whole in the details", async () => {
    const detail = "no ".repeat(500);
    await openWith({ code: "serviceClosed", advice: "retry", detail });

    expect(banner().querySelector("blockquote")?.textContent.length).toBeLessThan(300);
    within(banner()).getByText(detail.trim());
  });
});

describe("a try that comes by itself", () => {
  const NOW = Date.UTC(2026, 10, 22, 12);
  const lost = problem({ code: "connectionLost", advice: "checkNetwork", at: NOW, retryAt: NOW + 12_000 });
  const timer = () => within(banner()).getByRole("timer").textContent.trim();
  const pass = async (ms: number) => {
    await vi.advanceTimersByTimeAsync(ms);
    flushSync();
  };

  beforeEach(() => {
    vi.useFakeTimers({ now: NOW, toFake: ["Date", "setTimeout", "clearTimeout"] });
    return () => {
      vi.useRealTimers();
    };
  });

  const given = (shown: Problem): ComponentProps<typeof ProblemBanner> => ({
    problem: shown,
    service: "gemini",
    version: "1",
    backend: new FakeBackend(),
    onSettings: () => undefined,
  });

  /** The banner alone: the rest of the window may have timers of its own. */
  function showBanner(shown: Problem) {
    return render(InEnglish<ComponentProps<typeof ProblemBanner>>, {
      of: ProblemBanner,
      given: given(shown),
    });
  }

  it("is counted down by the clock, then begins", async () => {
    showBanner(lost);
    expect(timer()).toBe("Trying again in 12 s");

    await pass(1000);
    expect(timer()).toBe("Trying again in 11 s");

    await pass(10_500);
    expect(timer()).toBe("Trying again in 1 s");

    await pass(500);
    expect(timer()).toBe("Trying again now");
  });

  it("is right again after the computer has slept", async () => {
    showBanner(lost);

    vi.setSystemTime(NOW + 9_000);
    await pass(1000);

    expect(timer()).toBe("Trying again in 2 s");
  });

  it("needs no timer once it has begun, or once the problem is gone", async () => {
    const { unmount } = showBanner(lost);
    expect(vi.getTimerCount()).toBe(1);

    await pass(12_000);
    expect(vi.getTimerCount()).toBe(0);
    unmount();

    const other = showBanner({ ...lost, retryAt: NOW + 60_000 });
    expect(vi.getTimerCount()).toBe(1);
    other.unmount();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("is not a timer's business where none comes", () => {
    showBanner({ ...lost, retryAt: null });

    expect(vi.getTimerCount()).toBe(0);
    expect(screen.queryByRole("timer")).toBeNull();
    within(banner()).getByText("Press the talk button to try again.");
  });

  it("counts anew for the next one", async () => {
    const { rerender } = showBanner(lost);
    await pass(12_000);

    await rerender({ given: given({ ...lost, retryAt: NOW + 32_000 }) });

    expect(timer()).toBe("Trying again in 20 s");
    expect(vi.getTimerCount()).toBe(1);
  });
});

describe("while a try is waited for", () => {
  const waiting = {
    code: "connectionLost",
    advice: "checkNetwork",
    retryAt: Date.now() + 3_600_000,
  } as const;

  it("the seconds are outside of what a screen reader announces", async () => {
    await openWith(waiting);

    expect(announced()).toBeUndefined();
    const status = within(banner()).getByRole("status");
    expect(status.contains(within(banner()).getByRole("timer"))).toBe(false);
    expect(status.textContent).toContain("The connection was lost");
  });

  it("it can be made at once", async () => {
    const backend = await openWith(waiting);

    await userEvent.click(within(banner()).getByRole("button", { name: "Try now" }));
    await settled();

    expect(backend.calls).toEqual([["dismissProblem"], ["connect"]]);
  });

  it("it can be given up", async () => {
    const backend = await openWith(waiting);

    await userEvent.click(within(banner()).getByRole("button", { name: "Stop trying" }));
    await settled();

    expect(backend.calls).toEqual([["disconnect"], ["dismissProblem"]]);
  });

  it("of a quota no earlier one is offered, which would only prolong the wait", async () => {
    await openWith({ ...waiting, code: "quotaExceeded", advice: "waitThenRetry" });

    expect(within(banner()).queryByRole("button", { name: "Try now" })).toBeNull();
    within(banner()).getByRole("button", { name: "Stop trying" });
  });
});

describe("what comes next", () => {
  it.each([
    ["connectionLost", "checkNetwork", "press"],
    ["quotaExceeded", "waitThenRetry", "press"],
    ["serviceClosed", "retry", "press"],
    ["locationUnsupported", "none", "press"],
    ["keyInvalid", "enterKey", "afterChange"],
    ["modelNotFound", "chooseModel", "afterChange"],
    ["fieldUnknown", "changeSettings", "afterChange"],
    ["tlsFailed", "checkEndpoint", "afterChange"],
    ["deviceBusy", "chooseDevice", "afterChange"],
    ["deviceRefused", "allowMicrophone", "afterChange"],
    ["noInputDevice", "connectDevice", "byItself"],
    ["noOutputDevice", "connectDevice", "goesOn"],
    ["deviceLost", "none", "goesOn"],
    ["keychainUnavailable", "changeSettings", "goesOn"],
  ] as const)("after %s with the advice %s is: %s", (code, advice, next) => {
    expect(nextOf(problem({ code, advice }))).toBe(next);
    expect(nextOf(problem({ code, advice, retryAt: 5 }))).toBe("retrying");
  });
});

describe("a text without secrets", () => {
  it.each([
    ["https://me:pass@host/path", "https://…@host/path"],
    ["wss://host/ws?key=AIzaSyD0123456789&alt=1", "wss://host/ws?key=…&alt=1"],
    ["wss://host/ws?access_token=auth_tokens/abcdef0123", "wss://host/ws?access_token=…"],
    ["Authorization: Bearer ya29.a0AfH6SMBx-12345", "Authorization: Bearer …"],
    ["the key AQ.Ab8RN6Kxyz012345 is unknown", "the key … is unknown"],
    ["name: auth_tokens/0123456789abcdef", "name: …"],
  ])("of %s is %s", (text, without) => {
    expect(withoutSecrets(text)).toBe(without);
  });

  it.each([
    "models/gemini-9 is not found for API version v1beta, or is not supported for bidiGenerateContent.",
    "Token has been used too many times",
    "You exceeded your current quota, please check your plan and billing details.",
    "https://live.example.net:8443/path",
  ])("of %s is the same", (text) => {
    expect(withoutSecrets(text)).toBe(text);
  });
});
