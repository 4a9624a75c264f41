// A picture for each group of settings.

import AudioLines from "@lucide/svelte/icons/audio-lines";
import Info from "@lucide/svelte/icons/info";
import KeyRound from "@lucide/svelte/icons/key-round";
import Keyboard from "@lucide/svelte/icons/keyboard";
import Mic from "@lucide/svelte/icons/mic";
import Monitor from "@lucide/svelte/icons/monitor";
import Palette from "@lucide/svelte/icons/palette";
import SlidersHorizontal from "@lucide/svelte/icons/sliders-horizontal";
import Sparkles from "@lucide/svelte/icons/sparkles";
import Wrench from "@lucide/svelte/icons/wrench";
import UsersRound from "@lucide/svelte/icons/users-round";

import type { GroupId } from "../../groups";

export const icons: Record<GroupId, typeof Mic> = {
  talking: Mic,
  sound: AudioLines,
  model: Sparkles,
  personas: UsersRound,
  tools: Wrench,
  account: KeyRound,
  shortcuts: Keyboard,
  desktop: Monitor,
  appearance: Palette,
  advanced: SlidersHorizontal,
  about: Info,
};
