// Recording and playing back, with a clock that the test winds.

import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { flushSync, type ComponentProps } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";

import RecordTest from "../src/components/settings/RecordTest.svelte";
import { FakeBackend } from "./fakeBackend";
import InEnglish from "./InEnglish.svelte";

const button = () => screen.getByRole<HTMLButtonElement>("button", { name: "Record 3 s and play back" });
const announced = () => screen.getByRole("status").textContent;
const everything = () => screen.getByRole("status").parentElement?.textContent.replace(/\s+/g, " ").trim();

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000, toFake: ["Date", "setInterval", "clearInterval"] });
  return () => {
    vi.useRealTimers();
  };
});

type Played = { peakDbfs: number } | null;

/** The test alone, before which this was played last. */
function open(before: Played = null) {
  const backend = new FakeBackend();
  const shown = (played: Played, busy = false) => ({ of: RecordTest, given: { played, busy, backend } });
  const { rerender, unmount } = render(InEnglish<ComponentProps<typeof RecordTest>>, shown(before));
  return {
    backend,
    unmount,
    tell: (peakDbfs: number) => rerender(shown({ peakDbfs })),
    occupy: () => rerender(shown(before, true)),
  };
}

function pass(ms: number): void {
  vi.advanceTimersByTime(ms);
  flushSync();
}

describe("a recording", () => {
  it("is counted down, played back and judged", async () => {
    const { backend, tell } = open();
    expect(everything()).toBe("");

    await userEvent.click(button());
    expect(backend.calls).toEqual([["recordTest"]]);
    expect(everything()).toBe("Say something: 3");
    // Disabled, it would lose the focus.
    expect([button().disabled, button().ariaDisabled]).toEqual([false, "true"]);
    await userEvent.click(button());
    expect(backend.calls).toEqual([["recordTest"]]);

    pass(1_000);
    expect(everything()).toBe("Say something: 2");
    pass(2_000);
    expect(everything()).toBe("This is how you sound.");

    await tell(-14.4);
    expect(everything()).toBe("Good. Peak -14 dB");
    expect(button().disabled).toBe(false);
  });

  it("is not announced every second", async () => {
    open();

    await userEvent.click(button());
    const before = announced();
    pass(2_000);

    expect(announced()).toBe(before);
  });

  it.each([
    [-80, /Nothing was heard/],
    [-42, /Too quiet/],
    [-0.2, /Too loud/],
  ])("of %i dBFS gets an advice", async (peak, advice) => {
    const { tell } = open();

    await userEvent.click(button());
    pass(5_000);
    await tell(peak);

    expect(announced()).toMatch(advice);
  });

  it("can be made again, and the one before isn't taken for it", async () => {
    const { tell } = open({ peakDbfs: -50 });

    await userEvent.click(button());
    pass(6_000);
    expect(announced()).toBe("This is how you sound.");

    await tell(-10);
    await userEvent.click(button());
    expect(everything()).toBe("Say something: 3");
  });

  it("that the engine never ends is given up", async () => {
    open();

    await userEvent.click(button());
    pass(10_000);

    expect(announced()).toMatch(/could not be recorded/);
    expect(button().disabled).toBe(false);
  });

  it("that the engine refuses is not waited for", async () => {
    const { backend } = open();
    backend.refuse("recordTest", { code: "invalid", field: "", detail: "in use" });

    await userEvent.click(button());
    await Promise.resolve();
    flushSync();

    expect(announced()).toMatch(/could not be recorded/);
  });

  it("leaves no clock running", async () => {
    const { unmount, tell } = open();
    await userEvent.click(button());
    expect(vi.getTimerCount()).toBe(1);

    await tell(-10);
    expect(vi.getTimerCount()).toBe(0);

    await userEvent.click(button());
    unmount();
    expect(vi.getTimerCount()).toBe(0);
  });

  it("waits for its turn while somebody talks", async () => {
    const { occupy } = open();

    await occupy();

    expect(button().disabled).toBe(true);
    expect(announced()).toBe("Can be tried when nobody is talking.");
  });
});
