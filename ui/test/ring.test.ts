import { describe, expect, it } from "vitest";

import { resting, searching, sounding, TICKS, VoicePrint } from "../src/ring";

function after(frames: number, level: number, print = new VoicePrint()): VoicePrint {
  for (let frame = 0; frame < frames; frame += 1) print.advance(level);
  return print;
}

describe("the voice print", () => {
  it("begins at the top", () => {
    const print = after(3, 0.8);
    expect(print.at(0)).toBeGreaterThan(0.3);
    expect(print.at(TICKS / 2)).toBe(0);
  });

  it("runs down both sides alike", () => {
    const print = after(20, 0.6);
    for (let tick = 1; tick < TICKS / 2; tick += 1) expect(print.at(tick)).toBe(print.at(TICKS - tick));
  });

  it("rises faster than it falls", () => {
    const print = after(40, 1);
    const loud = print.at(0);
    const rise = after(2, 1).at(0);
    const fall = loud - after(2, 0, print).at(0);
    expect(rise).toBeGreaterThan(fall);
  });

  it("stands still once every sound has left it", () => {
    const print = after(10, 1);
    expect(print.still).toBe(false);
    expect(after(200, 0, print).still).toBe(true);
  });
});

describe("a tick", () => {
  it("reaches as far as the sound is loud and never fades out", () => {
    expect(sounding(0)).toEqual({ reach: 0, ink: 0.3 });
    expect(sounding(1)).toEqual({ reach: 1, ink: 1 });
  });

  it("is brightest where the light is, and dark just before it", () => {
    const turn = 20 / TICKS;
    expect(searching(20, turn).ink).toBeCloseTo(1);
    expect(searching(21, turn).ink).toBeCloseTo(0.22);
  });

  it("doesn't reach out while motion is unwanted", () => {
    const ticks = Array.from({ length: TICKS }, (_, tick) => resting(tick));
    expect(ticks.every((tick) => tick.reach === 0)).toBe(true);
    expect(new Set(ticks.map((tick) => tick.ink)).size).toBe(2);
  });
});
