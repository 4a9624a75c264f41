// The devices in use, as the talking view names them. Pure.

import type { Device } from "./bindings/Device";
import { orderOf } from "./devices";
import { inputInUse, type State } from "./state";

/** One direction's device. */
export interface Chip {
  /** The one that is used; null when there is none. */
  name: string | null;
  /** The chosen one, when it isn't connected. */
  missing: string | null;
}

type Sounding = Pick<State, "settings" | "devices" | "inputMissing" | "outputMissing">;

export function inputChip(view: Sounding): Chip {
  return { name: inputInUse(view)?.name ?? null, missing: view.inputMissing };
}

export function outputChip(view: Sounding): Chip {
  return { name: outputInUse(view)?.name ?? null, missing: view.outputMissing };
}

/** The loudspeaker that plays: the best of those that are connected. */
function outputInUse({ settings, devices }: Sounding): Device | null {
  const { outputs } = devices;
  const best = orderOf(settings.outputDevice, settings.sound.outputPreferences)
    .map((id) => outputs.find((device) => device.id === id))
    .find((device) => device !== undefined);
  return best ?? outputs.find((device) => device.isDefault) ?? null;
}
