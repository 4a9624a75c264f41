// Every option of a session: what it shows, what it asks for, and for which models it is there.

import { screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";

import type { ModelFeatures } from "../src/bindings/ModelFeatures";
import type { Settings } from "../src/bindings/Settings";
import type { Group } from "../src/editor";
import { features, settings, type FakeBackend } from "./fakeBackend";
import {
  choices,
  choose,
  enter,
  input,
  offers,
  openSettings,
  patches,
  select,
  shown,
} from "./settingsWindow";
import { byId, settled, show } from "./window";

/** A model that takes everything. */
const everything: ModelFeatures = features({
  language: true,
  thinkingLevels: ["minimal", "low", "medium", "high"],
  thinkingBudget: true,
  thoughts: true,
  affectiveDialog: true,
  proactiveAudio: true,
  translation: true,
});

/** The settings of somebody whose model takes this. */
function openWith(
  chosen: Partial<Settings> = {},
  accepts: Partial<ModelFeatures> = {},
): Promise<FakeBackend> {
  return openSettings({
    settings: settings({ service: "gemini", model: "some-model", ...chosen }),
    models: [{ id: "some-model", label: "Some model", note: null, accepts: { ...everything, ...accepts } }],
  });
}

/** Group, field, the id of its control, a value, and where it is left to the service. */
const numbers = [
  ["generation", "temperature", "temperature", 0.7, [-0.1, 2.1]],
  ["generation", "topP", "top-p", 0.95, [-1, 1.5]],
  ["generation", "topK", "top-k", 40, [0, 1001, 2.5]],
  ["generation", "maxOutputTokens", "max-output-tokens", 400, [0, 65_537, 0.5]],
  ["generation", "presencePenalty", "presence-penalty", -1.5, [-2.1, 2.1]],
  ["generation", "frequencyPenalty", "frequency-penalty", 0.25, [-3, 3]],
  ["generation", "seed", "seed", -7, [1.5, 3_000_000_000]],
  ["thinking", "budget", "thinking-budget", 512, [-2, 0.5]],
  ["detection", "prefixPaddingMs", "prefix-padding", 20, [-1, 2001, 0.5]],
  ["detection", "silenceMs", "silence", 700, [-1, 10_001]],
  ["compression", "triggerTokens", "trigger-tokens", 25_000, [0, 131_073]],
  ["compression", "targetTokens", "target-tokens", 8_000, [-1, 131_072]],
] as const;

describe.each(numbers)("%s.%s", (group, field, id, value, wrong) => {
  const kept = settings()[group];
  const chosen = { [group]: { ...kept, [field]: value } };

  it("is sent with the rest of its group, and then shown", async () => {
    const backend = await openWith();
    expect(input(id).value).toBe("");
    expect(input(id).placeholder).toBe("auto");

    await enter(id, String(value));

    expect(patches(backend)).toEqual([chosen]);
    expect(input(id).value).toBe(String(value));
  });

  it("is left to the service when it is empty", async () => {
    const backend = await openWith(chosen);
    expect(input(id).value).toBe(String(value));

    await enter(id, "");

    expect(patches(backend)).toEqual([{ [group]: kept }]);
  });

  it("is not sent when it makes no sense", async () => {
    const backend = await openWith();

    for (const number of wrong) {
      await enter(id, String(number));
      expect(input(id).getAttribute("aria-invalid")).toBe("true");
    }
    expect(patches(backend)).toEqual([]);
  });
});

const lists = [
  ["generation", "mediaResolution", "media-resolution", "Medium", "medium"],
  ["generation", "safety", "safety", "Blocked when very probably harmful", "high"],
  ["generation", "language", "spoken-language", "German (Germany)", "de-DE"],
  ["thinking", "level", "thinking-level", "A lot", "high"],
  ["detection", "start", "start-sensitivity", "Readily", "high"],
  ["detection", "end", "end-sensitivity", "Less readily", "low"],
  ["detection", "coverage", "coverage", "Everything since the turn before", "allInput"],
] as const;

describe.each(lists)("%s.%s", (group, field, id, name, value) => {
  it("is sent with the rest of its group, and can be left to the service again", async () => {
    const backend = await openWith();
    expect(shown(id)).toBe("Left to the service");

    await choose(id, name);
    expect(shown(id)).toBe(name);
    await choose(id, "Left to the service");

    const kept = settings()[group];
    expect(patches(backend)).toEqual([{ [group]: { ...kept, [field]: value } }, { [group]: kept }]);
  });
});

const switches = [
  ["generation", "affectiveDialog", "affective-dialog"],
  ["generation", "proactiveAudio", "proactive-audio"],
  ["thinking", "show", "show-thoughts"],
  ["detection", "interrupts", "interrupts"],
  ["transcription", "input", "transcribe-input"],
  ["transcription", "output", "transcribe-output"],
  ["compression", "on", "compression"],
  ["translation", "echo", "translation-echo"],
] as const;

describe.each(switches)("%s.%s", (group, field, id) => {
  it("is switched with the rest of its group", async () => {
    const backend = await openWith();
    const before = Boolean((settings()[group] as Record<string, unknown>)[field]);
    expect(input(id).checked).toBe(before);

    await userEvent.click(input(id));
    await settled();

    expect(patches(backend)).toEqual([{ [group]: { ...settings()[group], [field]: !before } }]);
    expect(input(id).checked).toBe(!before);
  });
});

describe("what a model doesn't take", () => {
  const turns = ["interrupts", "coverage", "safety"];
  const sampling = numbers.flatMap(([group, , id]) => (group === "generation" ? [id as string] : []));

  it.each<[string, Partial<ModelFeatures>, string[]]>([
    ["a voice", { voice: false }, ["voice"]],
    ["a language", { language: false }, ["spoken-language"]],
    ["instructions", { instruction: false }, ["instruction", "greeting"]],
    ["sampling", { sampling: false }, [...sampling, ...turns]],
    ["levels of thinking", { thinkingLevels: [] }, ["thinking-level"]],
    ["a budget of thinking", { thinkingBudget: false }, ["thinking-budget"]],
    ["thoughts", { thoughts: false }, ["show-thoughts"]],
    ["a resolution", { mediaResolution: false }, ["media-resolution"]],
    ["moods", { affectiveDialog: false }, ["affective-dialog"]],
    ["silence", { proactiveAudio: false }, ["proactive-audio"]],
    ["hints for transcripts", { transcriptionHints: false }, ["transcript-languages"]],
    ["translation", { translation: false }, ["translation-target", "translation-echo"]],
    ["speaking", { speaks: false }, ["transcribe-output", "compression"]],
  ])("is not offered: %s", async (_, accepts, ids) => {
    const backend = await openWith();
    expect(ids.filter((id) => !offers(id))).toEqual([]);

    const model = {
      id: "some-model",
      label: "Some model",
      note: null,
      accepts: { ...everything, ...accepts },
    };
    await show(backend, { type: "models", models: [model] });

    expect(ids.filter(offers)).toEqual([]);
  });

  it("keeps its value and comes back with another model", async () => {
    const generation = { ...settings().generation, temperature: 0.4, affectiveDialog: true };
    const backend = await openWith({ generation }, { affectiveDialog: false });

    await enter("temperature", "0.6");

    expect(patches(backend)).toEqual([{ generation: { ...generation, temperature: 0.6 } }]);
  });

  it("offers only the levels of thinking there are", async () => {
    await openWith({}, { thinkingLevels: ["low", "high"] });

    expect(choices("thinking-level")).toEqual(["Left to the service", "A little", "A lot"]);
  });

  it("is offered nothing doubtful when nobody knows the model", async () => {
    await openWith({ model: "gemini-next" });

    expect(["voice", "instruction", "transcribe-input", "compression"].every(offers)).toBe(true);
    expect(["temperature", "thinking-level", "spoken-language", "safety"].some(offers)).toBe(false);
  });

  it("takes words to expect only where nothing but writing down is done", async () => {
    await openWith();
    expect(offers("vocabulary")).toBe(false);
  });

  it("is not asked of the guide", async () => {
    await openSettings({ settings: settings({ service: "demo" }) });

    expect(["model", "temperature", "silence", "compression", "proxy"].some(offers)).toBe(false);
  });
});

describe("thinking of more than one thing at a time", () => {
  it("loses none of the changes made before the first was answered", async () => {
    const backend = await openWith();
    const answers: (() => void)[] = [];
    const take = backend.updateSettings.bind(backend);
    backend.updateSettings = async (patch) => {
      backend.calls.push(["updateSettings", patch]);
      await new Promise<void>((resolve) => answers.push(resolve));
    };

    await enter("temperature", "0.5");
    await enter("top-k", "9");
    backend.updateSettings = take;
    for (const answer of answers) answer();
    await settled();

    const generation = { ...settings().generation, temperature: 0.5 };
    expect(patches(backend)).toEqual([{ generation }, { generation: { ...generation, topK: 9 } }]);
  });

  it("does not repeat what was refused", async () => {
    const backend = await openWith();
    backend.refuse("updateSettings", { code: "invalid", field: "generation", detail: "temperature" });
    await enter("temperature", "0.5");

    await enter("top-k", "9");

    expect(patches(backend)[1]).toEqual({ generation: { ...settings().generation, topK: 9 } });
    screen.getByText("This value was not accepted.");
  });
});

describe("languages to expect", () => {
  const expecting = (languages: string[]) => ({
    transcription: { ...settings().transcription, languages },
  });

  it("are added one by one, by name", async () => {
    const backend = await openWith();
    expect(input("transcript-languages-add").disabled).toBe(true);

    await choose("transcript-languages", "Japanese");
    await userEvent.click(byId("transcript-languages-add"));
    await settled();

    expect(patches(backend)).toEqual([expecting(["ja"])]);
    screen.getByRole("button", { name: "Remove Japanese" });
    expect(choices("transcript-languages")).not.toContain("Japanese");
  });

  it("are taken out, even those on no list", async () => {
    const backend = await openWith(expecting(["xx-nonsense", "de"]));

    await userEvent.click(screen.getByRole("button", { name: /Remove xx/ }));

    expect(patches(backend)).toEqual([expecting(["de"])]);
  });
});

describe("words to expect", () => {
  it("are written one a line", async () => {
    const backend = await openWith({}, { speaks: false });

    await userEvent.type(input("vocabulary"), " Vivavoce \n\nÖtztal\nVivavoce");
    input("vocabulary").blur();
    await settled();

    const transcription = { ...settings().transcription, vocabulary: ["Vivavoce", "Ötztal"] };
    expect(patches(backend)).toEqual([{ transcription }]);
  });
});

describe("a language of answers", () => {
  it("that is on no list is shown and kept", async () => {
    await openWith({ generation: { ...settings().generation, language: "sv-FI" } });

    expect(select("spoken-language").value).toBe("sv-FI");
    expect(shown("spoken-language")).toBe("Swedish (Finland)");
  });
});

describe("translation", () => {
  it("goes into the window's language unless another is chosen", async () => {
    const backend = await openWith();
    expect(shown("translation-target")).toBe("The window's language");

    await choose("translation-target", "Basque");

    expect(patches(backend)).toEqual([{ translation: { target: "eu", echo: false } }]);
  });
});

describe("a long conversation", () => {
  it("needs no numbers when nothing is to be forgotten", async () => {
    await openWith({ compression: { on: false, triggerTokens: null, targetTokens: null } });

    expect(["trigger-tokens", "target-tokens"].some(offers)).toBe(false);
  });

  it("keeps less than it began to forget from", async () => {
    const backend = await openWith({ compression: { on: true, triggerTokens: 10_000, targetTokens: null } });

    await enter("target-tokens", "10000");

    expect(patches(backend)).toEqual([]);
    screen.getByText("A whole number from 0 to 9999, please.");
  });
});

describe("the greeting", () => {
  it("is saved when the field is left", async () => {
    const backend = await openWith();

    await enter("greeting", "Good morning!");

    expect(patches(backend)).toEqual([{ greeting: "Good morning!" }]);
  });
});

describe("the list of models", () => {
  it("is asked for, and said to be new when it has come", async () => {
    const backend = await openWith();

    await userEvent.click(byId("refresh-models"));
    expect(backend.callsOf("refreshModels")).toHaveLength(1);
    expect(screen.queryByText("The list is up to date.")).toBeNull();

    const models = [{ id: "gemini-next", label: "Gemini Next", note: null, accepts: features() }];
    await show(backend, { type: "models", models });

    screen.getByText("The list is up to date.");
    expect(choices("model")).toEqual(["Gemini Next", "Another model…"]);
    expect(shown("model")).toBe("Another model…");
    expect(input("model-id").value).toBe("some-model");
  });
});

describe("the account", () => {
  const access = (part: Partial<Settings["access"]>) => ({ access: { ...settings().access, ...part } });

  it("is entered by the key unless another way is chosen", async () => {
    const backend = await openWith();
    expect(choices("access-kind")).toEqual([
      "API key",
      "Token made from the key",
      "Token of an organisation",
      "Google Cloud",
    ]);

    await choose("access-kind", "Token of an organisation");
    await enter("token-url", "https://tokens.example.org");

    expect(patches(backend)).toEqual([
      access({ kind: "tokenUrl" }),
      access({ kind: "tokenUrl", tokenUrl: "https://tokens.example.org" }),
    ]);
  });

  it("of another server isn't one of Google Cloud", async () => {
    await openWith({ service: "custom" });

    expect(choices("access-kind")).not.toContain("Google Cloud");
  });

  it("of Google Cloud has a project, a location and its own credentials", async () => {
    const cloud = access({ kind: "googleCloud" });
    const backend = await openWith(cloud);
    expect(screen.getByRole<HTMLInputElement>("radio", { name: /Default Credentials/ }).checked).toBe(true);

    await enter("cloud-project", "my-project");
    await enter("cloud-location", "us-central1");
    await userEvent.click(screen.getByRole("radio", { name: /A command/ }));
    await enter("token-command", "gcloud auth print-access-token");
    await userEvent.click(screen.getByRole("radio", { name: /Default Credentials/ }));
    await settled();

    const named = { project: "my-project", location: "us-central1" };
    expect(patches(backend)).toEqual([
      access({ kind: "googleCloud", project: "my-project" }),
      access({ kind: "googleCloud", ...named }),
      access({ kind: "googleCloud", ...named, tokenCommand: "gcloud auth print-access-token" }),
      access({ kind: "googleCloud", ...named, tokenCommand: null }),
    ] satisfies Partial<Pick<Settings, Group>>[]);
    expect(offers("token-command")).toBe(false);
  });
});

describe("the network", () => {
  const network = (part: Partial<Settings["network"]>) => ({ network: { ...settings().network, ...part } });

  it("is the system's, none, or one's own proxy", async () => {
    const backend = await openWith();
    expect(shown("proxy")).toBe("As the system");

    await choose("proxy", "None: connect directly");
    await choose("proxy", "Another one");
    expect(patches(backend)).toEqual([network({ proxy: "direct" })]);
    expect(input("proxy-url").value).toBe("");

    await enter("proxy-url", "socks5://localhost:1080");
    await choose("proxy", "As the system");

    expect(patches(backend).slice(1)).toEqual([
      network({ proxy: "socks5://localhost:1080" }),
      network({ proxy: null }),
    ]);
    expect(offers("proxy-url")).toBe(false);
  });

  it("shows the proxy that was entered", async () => {
    await openWith(network({ proxy: "http://proxy:3128" }));

    expect(shown("proxy")).toBe("Another one");
    expect(input("proxy-url").value).toBe("http://proxy:3128");
  });

  it("takes a file of certificates, or none", async () => {
    const backend = await openWith();

    await enter("ca-file", "/etc/own.pem");
    await enter("ca-file", "");

    expect(patches(backend)).toEqual([network({ caFile: "/etc/own.pem" }), network({ caFile: null })]);
  });
});

describe("the sections", () => {
  it("fold, the seldom used ones to begin with", async () => {
    await openWith();

    const folded = [...document.querySelectorAll<HTMLDetailsElement>("dialog details:not([open])")];
    expect(folded.map((section) => section.querySelector("h3")?.textContent)).toEqual([
      "Talking",
      "Model and voice",
      "Personas",
      "Functions",
      "Shortcuts",
      "Desktop",
      "Appearance",
      "Advanced",
      "About",
    ]);
  });

  it("explain every control in words", async () => {
    await openWith({}, { speaks: true });

    const controls = [...document.querySelectorAll<HTMLElement>("dialog :is(input, select, textarea)[id]")];
    const silent = controls.filter((control) => {
      const note = control.getAttribute("aria-describedby");
      return note === null || byId(note).textContent.trim() === "";
    });
    expect(silent.map((control) => control.id)).toEqual(["search-settings", "theme", "language"]);
  });
});
