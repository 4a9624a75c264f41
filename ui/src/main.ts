import "@fontsource-variable/inter/wght.css";
import "./styles/tokens.css";
import "./styles/base.css";

import { mount } from "svelte";

import App from "./App.svelte";
import { tauriBackend } from "./backend";

mount(App, { target: document.body, props: { backend: tauriBackend } });
