import { describe, expect, it } from "vitest";

import { moved, nameFromId, orderOf } from "../src/devices";

describe("the order of devices", () => {
  it("begins with the chosen one and names each once", () => {
    expect(orderOf("b", ["a", "b", "c", "a"])).toEqual(["b", "a", "c"]);
  });

  it("is empty where the system chooses", () => {
    expect(orderOf(null, ["a"])).toEqual([]);
  });

  it("is changed one place at a time", () => {
    const order = ["a", "b", "c"];

    expect(moved(order, 1, -1)).toEqual(["b", "a", "c"]);
    expect(moved(order, 1, 1)).toEqual(["a", "c", "b"]);
    expect(moved(order, 7, 1)).toBe(order);
    expect(order).toEqual(["a", "b", "c"]);
  });
});

describe("a device that nobody has named", () => {
  it.each([
    ["pulse:alsa_input.usb-Jabra_EVOLVE_20-00.mono-fallback", "Jabra EVOLVE 20"],
    ["pulse:alsa_output.pci-0000_00_1f.3.analog-stereo", "0000 00 1f.3"],
    ["wasapi:Headset (Plantronics)", "Headset (Plantronics)"],
    ["wav:/tmp/voice.wav", "/tmp/voice.wav"],
    ["no host at all", "no host at all"],
    ["pulse:", ""],
  ])("%s is called “%s”", (id, name) => {
    expect(nameFromId(id)).toBe(name);
  });
});
