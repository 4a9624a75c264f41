// What the window costs: time to start, memory over an hour's worth of turns, processor while it can and can't be seen.
//
//   cargo xtask window-cost        (with the release build)

import { execFile } from 'node:child_process';
import { readFile, readdir } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs, promisify } from 'node:util';

import { launch } from './lib/application.mjs';
import { waitForPhase } from './lib/conversation.mjs';
import { simulate } from './lib/simulator.mjs';
import { say, speech } from './lib/sound.mjs';

const execute = promisify(execFile);

/** Clock ticks a second in /proc, on every Linux there is. */
const TICKS = 100;
const STARTS = 5;
/**
 * Turns of more than four hours, at ten a minute. The web view's garbage lies until some 50 MiB of it have come together, here
 * for 1,900 turns at first; so the most it takes within a longer stretch is compared with the most of the next.
 */
const STRETCH = 2500;
/** How often memory is looked at, in turns. */
const LOOK_EVERY = 50;
/** How long the processor's use is watched, ms. */
const WATCH = 10_000;
const LIMITS = { startMs: 1000, growthMiB: 10, hiddenPercent: 1 };

const { values } = parseArgs({ options: { app: { type: 'string' }, turns: { type: 'string', default: String(STRETCH) } } });
const stretch = Number(values.turns);
const settings = { welcomed: true, service: 'demo', language: 'en' };

const starts = [];
for (let start = 0; start <= STARTS; start += 1) {
  const application = await launch(values.app, { settings });
  starts.push(await startTime(application));
  await application.quit();
}
// The first one fills the caches.
const start = median(starts.slice(1));
report('start to usable, warm, median', start, 'ms', LIMITS.startMs);

const service = await simulate('--persona', 'echo', '--burst', '--turn-complete', 'immediate');
const application = await launch(values.app, { settings: { ...settings, service: 'custom', endpoint: service.url } });
try {
  const first = await most(application, stretch);
  const second = await most(application, stretch);
  report('growth of the web view from one stretch of turns to the next', second.view - first.view, 'MiB', LIMITS.growthMiB);

  const voice = await speech('Good morning! Can you hear me well, and will you tell me what I just said?');
  await application.click('#talk');
  await waitForPhase(application, 'listening');
  const speaking = (async () => {
    for (let time = 0; time < 12; time += 1) await say(voice);
  })();
  const seen = await processor(application);
  const idle = await minimised(application);
  console.log(`  listening to a voice, seen: program ${seen.program.toFixed(1)} %, web view ${seen.view.toFixed(1)} %`);
  report('web view while it listens and is minimised', idle.view, '%', LIMITS.hiddenPercent);
  console.log(`  the program then: ${idle.program.toFixed(1)} %`);
  await speaking;
  await application.click('#talk').catch(() => undefined);
} finally {
  await application.quit();
  service.end();
}

/** From the program's start until the conversation could be seen, ms. */
async function startTime(application) {
  const { program } = await processes(application);
  const [stat, uptime] = await Promise.all(['stat', '../uptime'].map((file) => readFile(`/proc/${program}/${file}`, 'utf8')));
  const started = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]) / TICKS;
  const boot = Date.now() / 1000 - Number(uptime.split(' ')[0]);
  const usable = await application.waitFor('the mark', () =>
    application.run(`
      const mark = performance.getEntriesByName('usable')[0];
      return mark && performance.timeOrigin + mark.startTime;
    `),
  );
  return usable - (boot + started) * 1000;
}

/** The most memory that was seen during so many turns. */
async function most(application, count) {
  const seen = [];
  for (let turn = 0; turn < count; turn += LOOK_EVERY) {
    await turns(application, LOOK_EVERY);
    seen.push(await memory(application));
  }
  const [program, view] = [seen.map((look) => look.program), seen.map((look) => look.view)];
  const range = (values) => `${Math.min(...values).toFixed(1)} to ${Math.max(...values).toFixed(1)} MiB`;
  console.log(`  during ${count} turns: program ${range(program)}, web view ${range(view)}`);
  console.log(`  the web view after every ${LOOK_EVERY}: ${view.map((value) => value.toFixed(0)).join(' ')}`);
  return { program: Math.max(...program), view: Math.max(...view) };
}

/** Typed turns, one after the other. */
async function turns(application, count) {
  await application.driver.manage().setTimeouts({ script: 600_000 });
  await application.driver.executeAsyncScript(
    `const [count, done] = arguments;
     const entries = () => Number(document.querySelector('#transcript [aria-setsize]')?.ariaSetSize ?? 0);
     (async () => {
       for (let turn = 0; turn < count; turn += 1) {
         const before = entries();
         await window.__TAURI_INTERNALS__.invoke('send_text', { text: 'Turn ' + turn + ': ' + 'words, words, words. '.repeat(8) });
         const limit = Date.now() + 10_000;
         while (entries() < before + 2 && Date.now() < limit) await new Promise((go) => setTimeout(go, 5));
       }
     })().then(() => done(null), (error) => done(String(error)));`,
    count,
  ).then((error) => {
    if (error) throw new Error(error);
  });
}

/** The program itself, and the process that draws the page. */
async function processes(application) {
  const parents = new Map();
  const names = new Map();
  for (const entry of await readdir('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = await readFile(`/proc/${entry}/stat`, 'utf8').catch(() => '');
    names.set(Number(entry), stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')')));
    parents.set(Number(entry), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  const isBelow = (pid) => pid === application.service.pid || (parents.has(pid) && isBelow(parents.get(pid)));
  const below = [...names].filter(([pid]) => isBelow(pid));
  const named = (part) => below.find(([, name]) => name.includes(part))?.[0];
  return { program: named('vivavoce'), view: named('WebKitWebProces') };
}

/** Proportional memory of both, MiB. */
async function memory(application) {
  const { program, view } = await processes(application);
  const [own, page] = await Promise.all([program, view].map(async (pid) => {
    const rollup = await readFile(`/proc/${pid}/smaps_rollup`, 'utf8');
    return Number(rollup.match(/^Pss:\s+(\d+)/m)[1]) / 1024;
  }));
  return { program: own, view: page };
}

/** Percent of one core of both. */
async function processor(application) {
  const { program, view } = await processes(application);
  const used = () => Promise.all([program, view].map(async (pid) => {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return (Number(fields[11]) + Number(fields[12])) / TICKS;
  }));
  const [before, began] = [await used(), Date.now()];
  await pause(WATCH);
  const [after, seconds] = [await used(), (Date.now() - began) / 1000];
  const [own, page] = after.map((value, index) => ((value - before[index]) / seconds) * 100);
  return { program: own, view: page };
}

/** The same while nobody can see the window. */
async function minimised(application) {
  const windows = await execute('xdotool', ['search', '--name', '^Vivavoce$']);
  for (const id of windows.stdout.trim().split('\n')) await execute('xdotool', ['windowminimize', id]);
  await application.waitFor('the page to know', () => application.run('return document.hidden'));
  return processor(application);
}

function median(numbers) {
  return numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)];
}

function report(what, value, unit, limit) {
  const kept = value <= limit;
  console.log(`  ${kept ? 'kept  ' : 'BROKEN'} ${what}: ${value.toFixed(1)} ${unit} (≤ ${limit} ${unit})`);
  if (!kept) process.exitCode = 1;
}
