// The texts of the first run, of the check of a key, and of recording a shortcut.

export const shortcut = {
  none: "None",
  press: "Press the keys…",
  note: "Click, then press the keys together. Backspace removes it, Esc leaves it as it was.",
  clear: (label: string) => `Remove: ${label}`,
  refusals: {
    needsModifier: "Other programs need this key: hold Ctrl, Alt or both with it.",
    typesText: "This is typed in text: hold Ctrl and Alt, or Ctrl and Shift, with it.",
    programs: "Many programs use this one: hold one more of Ctrl, Alt and Shift.",
    inputMethod: "This one switches how text is entered. Please choose another.",
    system: "The desktop keeps this one for itself. Please choose another.",
    unknownKey: "This key can't be used. Please choose another.",
    taken: "Something else in Vivavoce has this one already.",
  },
};

export const keyCheck = {
  checking: "Asking the service about it…",
  good: "The service accepts this key.",
  noAnswer: "The service didn't answer",
  unchecked: "So the key could not be checked. If you keep it, it is tried when you connect.",
  keep: "Keep it unchecked",
};

export const intro = {
  progress: (step: number, steps: number) => `Step ${step} of ${steps}`,
  back: "Back",
  next: "Next",
  skip: "Skip for now",
  again: "Run the introduction again",
  hello: {
    title: "Talk with Gemini, live",
    lead: "Hold the button, speak, and hear the answer at once. Both sides appear as text.",
    promises: {
      private: "Your words stay on this computer, and go only to the service you choose.",
      interrupt: "You can interrupt an answer at any time.",
      keyless: "It works without a key: a guide inside this program answers.",
    },
    begin: "Set up (under a minute)",
    demo: "Skip and try it without a key",
    key: "Just enter my Gemini API key",
  },
  microphone: {
    title: "Can you be heard?",
    lead: "Choose your microphone and say something, anything.",
    waiting: "Say something…",
    heard: "We hear you.",
    blockedTitle: "Not one sound comes in",
    blocked:
      "The system may be blocking the microphone. Allow it in its privacy settings, or choose another one.",
    quiet: "Nothing like a voice yet. Come closer, see whether it is muted, or choose another one.",
  },
  speaker: {
    title: "Can you hear it?",
    lead: "Choose where answers are played, then play a tone.",
    asked: "Did you hear it?",
    yes: "Yes",
    no: "No",
    good: "Good. That is where answers will be played.",
    tips: {
      title: "Then try this, and play it again:",
      volume: "Turn up the volume of this computer, and of the device itself.",
      plug: "See whether the device is switched on and plugged in.",
      other: "Choose another device above.",
    },
  },
  key: {
    title: "Who shall answer?",
    lead: "Gemini does, with a key of your own. A guide inside this program does without one.",
    where: "Google AI Studio makes keys. This is its address:",
    copy: "Copy the address",
    copied: "Copied",
    without: "Go on without a key",
    ready: "Gemini answers from now on.",
    readyCustom: "Your own server answers from now on.",
    rehearse: "Let the guide answer instead",
  },
  shortcut: {
    title: "Talk from anywhere?",
    lead: "A shortcut talks while other programs are in front. You don't need one: the button and Space do it in this window.",
    label: "Shortcut for talking",
    later: "It can be changed in the settings at any time.",
  },
  talk: {
    title: "Say something",
    lead: "Press and hold the button, or click it, and speak. Space does the same.",
    finish: "Begin",
    done: "That's all there is to it.",
  },
};
