// The real application, driven through WebKitWebDriver.
//
// Tauri's windows let themselves be driven when TAURI_WEBVIEW_AUTOMATION is set, and WebKitWebDriver starts any program named in
// `webkitgtk:browserOptions`; nothing else is needed in between.

import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Builder, Capabilities } from 'selenium-webdriver';

import { until } from './until.mjs';

/** The name of the application's own folder among the user's settings. */
const IDENTIFIER = 'org.vivavoce.Vivavoce';

/** How long the application may take to do what it is waited for, ms. */
export const LIMIT = 30_000;

/** How long it may take to end, ms. */
const QUIT_LIMIT = 10_000;

const repository = path.resolve(import.meta.dirname, '../../..');

/** Where pictures and recordings are left. */
export const out = path.join(repository, 'out/window');

/** The program under test: `VIVAVOCE_APP`, or the debug build. */
export const program = process.env.VIVAVOCE_APP ?? path.join(repository, 'target/debug/vivavoce');

/**
 * Starts a program with a home of its own and connects to its window.
 *
 * @param {string} binary
 * @param {{ environment?: Record<string, string>, settings?: object, home?: string, arguments?: string[] }} [options] `settings` are found by the
 *   application as if it had kept them before; `home` is that of an application started before.
 */
export async function launch(binary = program, options = {}) {
  if (!process.env.RIG_SPEAKER) {
    throw new Error('this needs the virtual display and sound: cargo xtask rig -- node …');
  }
  const port = await freePort();
  const home = options.home ?? path.join(process.env.HOME, `application-${port}`);
  const configuration = path.join(home, '.config');
  const kept = settingsFile(home);
  await mkdir(path.dirname(kept), { recursive: true });
  if (options.settings) await writeFile(kept, JSON.stringify(options.settings));
  const service = spawn('WebKitWebDriver', [`--port=${port}`, '--host=127.0.0.1'], {
    stdio: ['ignore', 'ignore', 'inherit'],
    env: {
      ...process.env,
      HOME: home,
      XDG_CONFIG_HOME: configuration,
      XDG_DATA_HOME: path.join(home, '.local/share'),
      XDG_STATE_HOME: path.join(home, '.local/state'),
      XDG_CACHE_HOME: path.join(home, '.cache'),
      TAURI_WEBVIEW_AUTOMATION: 'true',
      LANG: 'C.UTF-8',
      ...options.environment,
    },
  });
  await once(service, 'spawn').catch((error) => {
    throw new Error('could not start WebKitWebDriver; is webkit2gtk-driver installed?', { cause: error });
  });
  try {
    await until('WebKitWebDriver to listen', LIMIT, async () => {
      const answer = await fetch(`http://127.0.0.1:${port}/status`).catch(() => undefined);
      return answer?.ok;
    });
    const capabilities = new Capabilities();
    capabilities.setBrowserName('wry');
    capabilities.set('webkitgtk:browserOptions', { binary, args: options.arguments ?? [] });
    const driver = await new Builder()
      .usingServer(`http://127.0.0.1:${port}`)
      .withCapabilities(capabilities)
      .build();
    const application = new Application(driver, service, home);
    await application.loaded();
    return application;
  } catch (error) {
    await end(service);
    throw error;
  }
}

function settingsFile(home) {
  return path.join(home, '.config', IDENTIFIER, 'settings.json');
}

/** A running application and its window. */
export class Application {
  constructor(driver, service, home) {
    this.driver = driver;
    this.service = service;
    this.home = home;
  }

  /** Waits until the window shows its main page. */
  async loaded() {
    await this.waitFor('the window to be drawn', () =>
      this.run('return document.readyState === "complete" && document.querySelector("main") !== null'),
    );
  }

  /** The settings as they are kept in their file; nothing while there is none. */
  async settings() {
    const text = await readFile(settingsFile(this.home), 'utf8').catch(() => undefined);
    return text && JSON.parse(text);
  }

  /** Runs the body of a function in the page and returns what it returns. */
  run(script, ...values) {
    return this.driver.executeScript(script, ...values);
  }

  /** Waits until a condition gives a value. */
  waitFor(what, condition, limit = LIMIT) {
    return until(what, limit, condition);
  }

  /** Waits for an element that is shown. */
  find(selector) {
    return this.waitFor(`${selector} to be shown`, async () => {
      const [element] = await this.driver.findElements({ css: selector });
      // An element may go while it is being looked at; the next look decides.
      const shown = await element?.isDisplayed().catch(() => false);
      return shown ? element : undefined;
    });
  }

  /** Clicks an element once it is shown. */
  async click(selector) {
    await (await this.find(selector)).click();
  }

  /** Gives the window's page a size. */
  async resize(width, height) {
    const window = this.driver.manage().window();
    await this.waitFor(`a page of ${width}×${height}`, async () => {
      const [w, h] = await this.run('return [innerWidth, innerHeight]');
      if (w === width && h === height) return true;
      // Where a frame counts, and while the last wish is still on its way, the next look corrects it.
      const outer = await window.getRect();
      await window.setRect({ width: width + outer.width - w, height: height + outer.height - h });
      return false;
    });
  }

  /** Writes a picture of the page once nothing on it is on its way any more. */
  async screenshot(file) {
    await this.waitFor('movements to end', () =>
      this.run(`
        const moving = (animation) =>
          animation.playState === 'running' && animation.effect.getComputedTiming().endTime !== Infinity;
        return !document.getAnimations().some(moving);
      `),
    );
    // WebKitGTK without its DMABUF renderer takes the picture with the next frame, and a page that rests draws none.
    await this.run(`
      const spot = document.createElement('i');
      spot.id = 'restless';
      spot.ariaHidden = 'true';
      Object.assign(spot.style, { position: 'fixed', width: '1px', height: '1px', right: 0, bottom: 0 });
      document.body.append(spot);
      let on = false;
      spot.timer = setInterval(() => {
        on = !on;
        spot.style.background = on ? 'rgb(0 0 0 / 1%)' : 'rgb(0 0 0 / 2%)';
      }, 20);
    `);
    const picture = await this.driver.takeScreenshot();
    await this.run(`
      const spot = document.getElementById('restless');
      clearInterval(spot.timer);
      spot.remove();
    `);
    await mkdir(path.dirname(file), { recursive: true });
    await writeFile(file, picture, 'base64');
  }

  /** Ends the application and everything started for it. */
  async quit() {
    const started = await descendants(this.service.pid);
    // Closing the window may take the session with it before it is answered.
    await Promise.race([this.driver.quit().catch(() => undefined), pause(QUIT_LIMIT, undefined, { ref: false })]);
    await end(this.service, started);
  }
}

/** Ends WebKitWebDriver and what it started: deleting the session does not always end the application. */
async function end(service, started = []) {
  const pids = [...new Set([...started, ...(await descendants(service.pid)), service.pid])];
  service.kill('SIGTERM');
  const alive = () => pids.filter((pid) => signal(pid, 0));
  const gone = await until('a clean end', 2000, () => alive().length === 0).catch(() => false);
  if (!gone) {
    for (const pid of alive()) signal(pid, 'SIGKILL');
  }
}

function signal(pid, name) {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}

/** The children of a process, their children, and so on. */
async function descendants(pid) {
  const parents = new Map();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    // The name in brackets may hold anything; the parent is the second field after it.
    const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
    parents.set(Number(entry), parent);
  }
  const found = [pid];
  for (const known of found) {
    for (const [child, parent] of parents) {
      if (parent === known) found.push(child);
    }
  }
  return found.slice(1);
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
