// The program among others: a shortcut that works from anywhere, and a strip that never takes the keyboard.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { test } from 'node:test';
import { promisify } from 'node:util';

import { launch, program } from './lib/application.mjs';
import { phase, waitForPhase } from './lib/conversation.mjs';
import { devices, streams } from './lib/sound.mjs';

const execute = promisify(execFile);
const KEYS = 'ctrl+alt+v';

async function xdotool(...words) {
  return (await execute('xdotool', words)).stdout.trim();
}

async function windowId() {
  return (await xdotool('search', '--onlyvisible', '--name', '^Vivavoce$')).split('\n')[0];
}

function launched(desktop) {
  return launch(program, { settings: { welcomed: true, service: 'demo', desktop } });
}

test('a shortcut that was chosen talks while it is held, with another program in front', async (t) => {
  const application = await launched({ talkShortcut: 'Ctrl+Alt+V' });
  t.after(() => application.quit());
  await application.find('#talk');
  await xdotool('windowminimize', '--sync', await windowId());

  await xdotool('keydown', KEYS);
  await waitForPhase(application, 'listening');
  await application.waitFor('the microphone to be heard', async () => (await streams()).sources.includes(devices.mic));
  // Longer than the threshold: a hold ends with the release.
  await new Promise((go) => setTimeout(go, 600));
  await xdotool('keyup', KEYS);
  await application.waitFor('the end of the turn', async () => (await phase(application)) !== 'listening');
});

test('without a choice no shortcut is taken', async (t) => {
  const application = await launched({});
  t.after(() => application.quit());
  await application.find('#talk');
  await xdotool('key', KEYS);
  await new Promise((go) => setTimeout(go, 500));
  assert.equal(await phase(application), 'off');
});

test('the strip is small, stays above and leaves the focus where it is; a button brings the window back', async (t) => {
  const application = await launched({});
  t.after(() => application.quit());
  await application.resize(480, 700);
  await application.click('#strip');
  await application.waitFor('the strip', () =>
    application.run('return innerWidth === 360 && innerHeight === 72 && document.querySelector("#grow") !== null'),
  );

  const strip = await windowId();
  const state = await execute('xprop', ['-id', strip, '_NET_WM_STATE', 'WM_HINTS']);
  assert.match(state.stdout, /_NET_WM_STATE_ABOVE/);
  assert.match(state.stdout, /Client accepts input or input focus: False/);

  await application.click('#grow');
  await application.waitFor('the whole window', () => application.run('return innerHeight > 600'));
  assert.equal((await application.settings()).desktop.compact, false);
});
