import { describe, expect, it } from "vitest";

import { LENGTH, stageOf, verdictOf } from "../src/recording";

describe("a recording that is played back", () => {
  it.each([
    [0, { name: "recording", secondsLeft: 3 }],
    [1_000, { name: "recording", secondsLeft: 2 }],
    [2_001, { name: "recording", secondsLeft: 1 }],
    [LENGTH, { name: "playing" }],
    [2 * LENGTH + 3_999, { name: "playing" }],
    [2 * LENGTH + 4_000, { name: "failed" }],
  ])("is, after %i ms, at %o", (passed, stage) => {
    expect(stageOf(50_000, 50_000 + passed, null)).toEqual(stage);
  });

  it("is done as soon as the engine says so, and even after it was given up", () => {
    const done = { name: "done", peakDbfs: -12 };

    expect(stageOf(0, 5_800, { peakDbfs: -12 })).toEqual(done);
    expect(stageOf(0, 60_000, { peakDbfs: -12 })).toEqual(done);
  });
});

describe("its level", () => {
  it.each([
    [-90, "silent"],
    [-60, "quiet"],
    [-31, "quiet"],
    [-30, "good"],
    [-2, "good"],
    [-1, "loud"],
    [0, "loud"],
  ])("of %i dBFS is %s", (peak, verdict) => {
    expect(verdictOf(peak)).toBe(verdict);
  });
});
