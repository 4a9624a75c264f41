// The program in the tray of a desktop, with and without its window, and started with the desktop.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { launch, program } from './lib/application.mjs';
import { phase, waitForPhase } from './lib/conversation.mjs';
import { startDesktop, visibleWindows } from './lib/desktop.mjs';
import { until } from './lib/until.mjs';

const execute = promisify(execFile);
const LIMIT = 20_000;

async function stage(t, { desktop: settings = {}, tray = true, ...options } = {}) {
  const desktop = await startDesktop();
  t.after(() => desktop.end());
  if (tray) await desktop.tray(true);
  const application = await launch(program, {
    settings: { welcomed: true, service: 'demo', desktop: settings, ...options.settings },
    environment: { ...desktop.environment, ...options.environment },
    home: options.home,
    arguments: options.arguments,
  });
  t.after(() => application.quit());
  return { desktop, application };
}

/** As a window manager asks a program to close its window. */
async function askToClose() {
  const [id] = await visibleWindows();
  await execute('xdotool', ['windowfocus', '--sync', id]);
  await execute('xdotool', ['key', '--clearmodifiers', 'alt+F4']);
}

/** Where the window is on the display, `x,y`. */
async function position() {
  const { stdout } = await execute('xdotool', ['getwindowgeometry', (await visibleWindows())[0]]);
  return stdout.match(/Position: (-?\d+,-?\d+)/)[1];
}

test('the tray shows the state, and talks and mutes', async (t) => {
  const { desktop, application } = await stage(t);
  const icon = await until('the icon', LIMIT, () => desktop.icon());
  assert.equal(icon.title, 'Vivavoce');
  assert.equal(icon.status, 'Active');
  assert.deepEqual(
    icon.menu.map((entry) => entry.label ?? entry),
    ['Off', '-', 'Talk', 'Mute the microphone', '-', 'Hide the window', 'Quit Vivavoce'],
  );
  assert.equal(icon.menu[0].enabled, false);

  await desktop.press('Mute the microphone');
  const muted = await until('the mark of the muted', LIMIT, async () => {
    const now = await desktop.icon();
    return now.menu[3].checked && now.icon[0].hash !== icon.icon[0].hash && now;
  });
  assert.equal(muted.menu[0].label, 'Off · muted');
  await desktop.press('Mute the microphone');
  await until('the microphone to be open', LIMIT, async () => !(await desktop.entry('Mute the microphone')).checked);

  await desktop.press('Talk');
  await waitForPhase(application, 'listening');
  await until('the state in the tray', LIMIT, async () => (await desktop.state()) === 'Listening');
  await desktop.press('Stop');
  await application.waitFor('the end of the turn', async () => (await phase(application)) !== 'listening');
});

test('closing to the tray leaves the program running, says so once, and the tray brings the window back', async (t) => {
  const { desktop, application } = await stage(t, { desktop: { closeToTray: true } });
  await until('the icon', LIMIT, () => desktop.icon());
  await application.resize(500, 600);

  await askToClose();
  await until('the window to go', LIMIT, async () => (await visibleWindows()).length === 0);
  const [told] = await until('a notification', LIMIT, async () => {
    const all = await desktop.notifications();
    return all.length > 0 && all;
  });
  assert.equal(told.title, 'Vivavoce is still running');
  await application.waitFor('the page to know', () => application.run('return document.hidden'));

  await until('the offer to show it', LIMIT, () => desktop.entry('Show the window'));
  await desktop.press('Show the window');
  await until('the window', LIMIT, async () => (await visibleWindows()).length === 1);
  await application.waitFor('its size', () =>
    application.run('return innerWidth === 500 && innerHeight === 600 && !document.hidden'),
  );

  await askToClose();
  await until('the window to go', LIMIT, async () => (await visibleWindows()).length === 0);
  await desktop.activate();
  await until('the window', LIMIT, async () => (await visibleWindows()).length === 1);
  assert.equal((await desktop.notifications()).length, 1);
});

test('quitting from the tray ends the program', async (t) => {
  const { desktop } = await stage(t);
  await until('the icon', LIMIT, () => desktop.icon());
  await desktop.press('Quit Vivavoce');
  await until('the icon to go', LIMIT, async () => !(await desktop.icon()));
  assert.deepEqual(await visibleWindows(), []);
});

test('without a tray a window that is closed ends the program; a tray that comes later is used', async (t) => {
  const { desktop, application } = await stage(t, { desktop: { closeToTray: true }, tray: false });
  await application.find('#talk');
  await desktop.tray(true);
  await until('the icon', LIMIT, () => desktop.icon());
  await desktop.tray(false);
  await new Promise((go) => setTimeout(go, 500));
  await askToClose();
  await until('the window to go', LIMIT, async () => (await visibleWindows()).length === 0);
  await desktop.tray(true);
  await new Promise((go) => setTimeout(go, 500));
  assert.equal(await desktop.icon(), undefined);
});

test('a hidden start shows only the icon, in the language of the desktop', async (t) => {
  const { desktop } = await stage(t, {
    arguments: ['--hidden'],
    settings: { language: 'ja' },
  });
  await until('the offer to show the window', LIMIT, () => desktop.entry('ウィンドウを表示'));
  assert.deepEqual(await visibleWindows(), []);
  await desktop.press('ウィンドウを表示');
  await until('the window', LIMIT, async () => (await visibleWindows()).length === 1);
});

test('starting with the desktop is a file that comes and goes with the setting', async (t) => {
  const { application } = await stage(t, { desktop: { autostart: true, startHidden: true } });
  const file = path.join(application.home, '.config/autostart/org.vivavoce.Vivavoce.desktop');
  const entry = await until('the file', LIMIT, () => readFile(file, 'utf8').catch(() => undefined));
  assert.match(entry, new RegExp(`^Exec=${program} --hidden$`, 'm'));
  await application.run(
    'return window.__TAURI_INTERNALS__.invoke("update_settings", { patch: { desktop: arguments[0] } })',
    { autostart: false },
  );
  await until('the file to go', LIMIT, () => readFile(file, 'utf8').then(() => false, () => true));
});

test('the window comes back where it was, if there is still a screen', async (t) => {
  const { application } = await stage(t);
  const { home } = application;
  const file = path.join(home, '.config/org.vivavoce.Vivavoce/window.json');
  await application.resize(520, 560);
  const [id] = await visibleWindows();
  await execute('xdotool', ['windowmove', '--sync', id, '120', '90']);
  const before = await position();
  await until('the place to be kept', LIMIT, async () => {
    const places = JSON.parse(await readFile(file, 'utf8').catch(() => '{}'));
    return places.whole?.width === 520 && places.whole.height === 560 && places.whole.x < 200 && places.whole.y < 120;
  });
  await application.quit();

  const again = await launch(program, { home });
  t.after(() => again.quit());
  await again.waitFor('its size', () => again.run('return innerWidth === 520 && innerHeight === 560'));
  assert.deepEqual(await position(), before);
});

test('a problem is told while nobody sees the window, and a press on it brings the window', async (t) => {
  const { desktop, application } = await stage(t, {
    desktop: { closeToTray: true },
    settings: { service: 'custom', endpoint: 'ws://127.0.0.1:9' },
  });
  await until('the icon', LIMIT, () => desktop.icon());
  await desktop.press('Talk');
  await waitForPhase(application, 'error');
  assert.deepEqual(await desktop.notifications(), [], 'the window tells it itself');
  assert.equal((await until('the alarm', LIMIT, () => desktop.icon())).status, 'NeedsAttention');

  await desktop.press('Hide the window');
  await until('the window to go', LIMIT, async () => (await visibleWindows()).length === 0);
  await desktop.press('Talk');
  const [told] = await until('a notification', LIMIT, async () => {
    const all = await desktop.notifications();
    return all.length > 0 && all;
  });
  assert.equal(told.title, 'No connection');
  await desktop.answer(told.id);
  await until('the window', LIMIT, async () => (await visibleWindows()).length === 1);
});

test('a program that ended as a strip starts as one and can be whole again', async (t) => {
  const { application } = await stage(t, { desktop: { compact: true } });
  await application.waitFor('the strip', () => application.run('return innerWidth === 360 && innerHeight === 72'));
  await application.click('#grow');
  await application.waitFor('the whole window', () => application.run('return innerWidth === 480 && innerHeight === 780'));
});

test('the window tells whether there is a tray', async (t) => {
  const { desktop, application } = await stage(t, { tray: false });
  const told = () =>
    application.run(`
      const { invoke, transformCallback } = window.__TAURI_INTERNALS__;
      return invoke('subscribe', { channel: '__CHANNEL__:' + transformCallback(() => {}) }).then(({ tray }) => tray);
    `);
  await until('no tray', LIMIT, async () => (await told()) === 'impossible');
  await desktop.tray(true);
  await until('the tray', LIMIT, async () => (await told()) === 'shown');
  await application.run(
    'return window.__TAURI_INTERNALS__.invoke("update_settings", { patch: { desktop: arguments[0] } })',
    { tray: false },
  );
  await until('none wanted', LIMIT, async () => (await told()) === 'off');
  assert.equal(await desktop.icon(), undefined);
});
