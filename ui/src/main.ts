import "./styles/fonts.css";
import "./styles/tokens.css";
import "./styles/states.css";
import "./styles/base.css";
import "./styles/form.css";

import { mount } from "svelte";

import App from "./App.svelte";
import { tauriBackend, type Backend } from "./backend";

/** In development `?fake=SCENE` shows a scripted conversation without the shell. No build for people has it. */
async function chosen(): Promise<Backend> {
  const scene = new URLSearchParams(location.search).get("fake");
  if (!import.meta.env.DEV || scene === null) return tauriBackend;
  const { stage } = await import("../test/scenes");
  return stage(scene, new URLSearchParams(location.search));
}

void chosen().then((backend) => mount(App, { target: document.body, props: { backend } }));
