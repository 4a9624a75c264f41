// The program steered from outside: by later starts, by its own command line, and by links.

import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import path from 'node:path';
import { test } from 'node:test';

import { launch, program } from './lib/application.mjs';
import { phase, waitForPhase } from './lib/conversation.mjs';

const NOT_RUNNING = 3;

/** A later start with the same settings as the application, or with some home's: its code, what it wrote, and its time. */
function start(home, ...words) {
  const begun = performance.now();
  const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: path.join(home, '.config'), LANG: 'C.UTF-8' };
  return new Promise((resolve) => {
    execFile(program, words, { env, timeout: 30_000 }, (error, stdout, stderr) => {
      resolve({ code: error ? error.code : 0, stdout, stderr, ms: performance.now() - begun });
    });
  });
}

async function steer(application, ...words) {
  const { code, stderr } = await start(application.home, ...words);
  assert.equal(code, 0, `vivavoce ${words.join(' ')}: ${stderr}`);
}

async function status(application) {
  const { code, stdout, stderr } = await start(application.home, 'status', '--json');
  assert.equal(code, 0, stderr);
  return JSON.parse(stdout);
}

async function xdotool(...words) {
  const { stdout } = await new Promise((resolve) => {
    execFile('xdotool', words, (error, out) => resolve({ stdout: error ? '' : out }));
  });
  return stdout.trim();
}

/** The window's id; nothing while it isn't shown. */
async function windowId() {
  return (await xdotool('search', '--onlyvisible', '--name', '^Vivavoce$')).split('\n')[0];
}

function launched(settings = {}) {
  return launch(program, { settings: { welcomed: true, service: 'demo', ...settings } });
}

test('a second start ends quickly and brings the window of the first to the front', async (t) => {
  const application = await launched();
  t.after(() => application.quit());
  await application.find('#talk');
  await xdotool('windowminimize', '--sync', await windowId());
  await application.waitFor('a window out of sight', async () => !(await windowId()));

  const second = await start(application.home);
  assert.equal(second.code, 0, second.stderr);
  assert.ok(second.ms < 2_000, `${second.ms} ms`);
  await application.waitFor('the window in front', async () => {
    const id = await windowId();
    return id && (await xdotool('getactivewindow')) === id;
  });

  await xdotool('windowminimize', '--sync', await windowId());
  assert.equal((await start(application.home, '--hidden')).code, 0);
  assert.equal(await windowId(), '', 'a hidden start shows nothing');
  await steer(application, 'show');
  await application.waitFor('the window', windowId);
});

test('talking is started and stopped from the command line, and the status tells', async (t) => {
  const application = await launched();
  t.after(() => application.quit());
  await application.find('#talk');
  const before = await status(application);
  assert.equal(before.running, true);
  assert.deepEqual([before.phase, before.muted, before.service], ['off', false, 'demo']);

  await steer(application, 'talk', 'start');
  await waitForPhase(application, 'listening');
  await steer(application, 'talk', 'start');
  const during = await status(application);
  assert.deepEqual([during.phase, during.latched], ['listening', true]);
  assert.ok(during.microphone);

  await steer(application, 'talk', 'stop');
  await application.waitFor('the end of the turn', async () => (await phase(application)) !== 'listening');
  await steer(application, 'talk', 'stop');
  assert.equal((await status(application)).latched, false);

  await steer(application, 'talk', 'toggle');
  await waitForPhase(application, 'listening');
  await steer(application, 'talk', 'toggle');
  await application.waitFor('the end of the turn', async () => (await phase(application)) !== 'listening');
});

test('the microphone is muted from the command line', async (t) => {
  const application = await launched();
  t.after(() => application.quit());
  await application.find('#talk');
  for (const [words, muted] of [[['mute', 'on'], true], [['mute', 'on'], true], [['mute'], false], [['mute', 'toggle'], true], [['mute', 'off'], false]]) {
    await steer(application, ...words);
    await application.waitFor(`muted: ${muted}`, async () => (await status(application)).muted === muted);
    await application.waitFor('the button to tell', async () =>
      (await application.run('return document.querySelector("#mute").getAttribute("aria-pressed")')) === String(muted),
    );
  }
});

test('a link shows a part of the window and starts nothing', async (t) => {
  const application = await launched();
  t.after(() => application.quit());
  await application.find('#talk');
  await steer(application, 'vivavoce://settings');
  await application.find('dialog[open]');
  await steer(application, 'vivavoce://talk?start=1');
  await application.find('dialog[open]');
  await steer(application, 'vivavoce://talk');
  await application.waitFor('the focus on the talk button', () =>
    application.run('return document.activeElement?.id === "talk" && !document.querySelector("dialog[open]")'),
  );
  assert.deepEqual([(await status(application)).phase, await phase(application)], ['off', 'off']);
});

test('nobody talks from outside before the introduction is over', async (t) => {
  const application = await launched({ welcomed: false });
  t.after(() => application.quit());
  const refused = await start(application.home, 'talk', 'start');
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /introduction/);
  assert.equal((await status(application)).phase, 'off');
});

test('two profiles know nothing of each other', async (t) => {
  const application = await launched();
  t.after(() => application.quit());
  const other = path.join(application.home, 'somebody-else');
  assert.equal((await start(other, 'talk', 'start')).code, NOT_RUNNING);
  assert.equal((await status(application)).phase, 'off');
});

test('quitting ends the program, and then there is none to steer', async (t) => {
  const application = await launched();
  t.after(() => application.quit());
  await application.find('#talk');
  await steer(application, 'quit');

  const gone = await start(application.home, 'status', '--json');
  assert.equal(gone.code, NOT_RUNNING);
  assert.deepEqual(JSON.parse(gone.stdout), { running: false });
  const refused = await start(application.home, 'mute');
  assert.equal(refused.code, NOT_RUNNING);
  assert.match(refused.stderr, /not running/);
  assert.equal(refused.stdout, '');
});

test('a program that was killed leaves its place to the next', async (t) => {
  const first = await launched();
  const { home } = first;
  try {
    for (const pid of await processes(home)) process.kill(pid, 'SIGKILL');
    await first.waitFor('the end of the first', async () => (await start(home, 'status')).code === NOT_RUNNING);
  } finally {
    await first.quit();
  }
  const next = await launch(program, { home });
  t.after(() => next.quit());
  assert.equal((await status(next)).running, true);
});

/** The processes of the program itself with this home. */
async function processes(home) {
  const found = [];
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    const environment = await readFile(`/proc/${pid}/environ`, 'utf8').catch(() => '');
    if (words.split('\0')[0] === program && environment.split('\0').includes(`HOME=${home}`)) found.push(Number(pid));
  }
  return found;
}
