import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import { entry, problem, settings } from "./fakeBackend";
import { byId, open, settled, violations } from "./window";

const transcript = [
  entry({ id: 1 }),
  entry({ id: 2, speaker: "model", text: "Mount Everest.", interrupted: true }),
  entry({ id: 3, text: "", note: "nothingHeard" }),
];

describe.each(["en", "ja"] as const)("in %s nothing stands in the way on", (language) => {
  it("the empty conversation", async () => {
    await open({ settings: settings({ language }) });

    expect(await violations()).toEqual([]);
  });

  it("a conversation under way", async () => {
    await open({ settings: settings({ language }), transcript, phase: "speaking", muted: true });

    expect(await violations()).toEqual([]);
  });

  it("the first start", async () => {
    await open({ settings: settings({ language, welcomed: false }) });

    expect(await violations()).toEqual([]);
  });

  it.each(["demo", "gemini", "custom"] as const)("the settings of %s", async (service) => {
    const chosen = settings({ language, service, model: "another", inputDevice: "pulse:builtin.monitor" });
    await open({ settings: chosen, hasKey: true, outputMissing: "Old Headset" });
    await userEvent.click(byId("settings"));
    await settled();

    expect(await violations()).toEqual([]);
  });

  it("a problem", async () => {
    const quota = problem({
      code: "quotaExceeded",
      advice: "waitThenRetry",
      detail: "Quota",
      retryAfterS: 20,
    });
    await open({ settings: settings({ language }), problem: quota, transcript });
    document.querySelector("details")?.setAttribute("open", "");

    expect(await violations()).toEqual([]);
  });
});

describe("the keyboard", () => {
  it("reaches every control, in the order in which they are shown", async () => {
    await open({ transcript, phase: "speaking" });
    const reached: string[] = [];

    for (;;) {
      await userEvent.tab();
      const element = document.activeElement;
      if (element === null || element === document.body || reached.length > 20) break;
      reached.push(element.id || (element.getAttribute("aria-label") ?? element.getAttribute("value") ?? ""));
    }

    expect(reached).toEqual([
      "Clear the conversation",
      "settings",
      "transcript",
      "mute",
      "talk",
      "stop",
      "pushToTalk",
      "composer",
    ]);
  });
});
