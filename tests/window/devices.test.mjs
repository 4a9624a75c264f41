// Devices that go away while they are in use, and come back.

import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';

import { checkAccessibility } from './lib/accessibility.mjs';
import { launch, out, program } from './lib/application.mjs';
import { phase, talk, transcript, waitForPhase } from './lib/conversation.mjs';
import { ENTER, ESCAPE, press } from './lib/keyboard.mjs';
import { devices, plugMic, plugSecond, record, say, speech, streams, unplugMic } from './lib/sound.mjs';

const talking = { welcomed: true, service: 'demo' };

test('the only microphone is pulled while one talks: it is told, the rest works, and so does the microphone once it is back', async (t) => {
  const voice = await speech('Good morning! Are you still there?');
  const application = await launch(program, { settings: talking });
  t.after(() => application.quit());
  let plugged = true;
  t.after(() => plugged || plugMic());

  await application.click('#talk');
  await waitForPhase(application, 'listening');
  await say(voice);
  plugged = false;
  await unplugMic();
  const problem = await problemWith(application, 'noInputDevice');
  assert.match(problem, /There is no microphone/);
  assert.match(problem, /Plug one in/);
  await application.waitFor('the end of the turn', () => isLetGo(application));
  await application.screenshot(path.join(out, 'device-lost.png'));
  await checkAccessibility(application);
  // What had been said by then was not in vain.
  await answered(application, 0);

  // Typing needs none.
  const before = (await transcript(application)).length;
  await (await application.find('#composer')).sendKeys('Are you there?', ENTER);
  await answered(application, before);

  // Another press finds none either, says so again, and doesn't stay down.
  await application.click('#talk');
  await problemWith(application, 'noInputDevice');
  await application.waitFor('the button to be let go', () => isLetGo(application));

  await plugMic();
  plugged = true;
  await application.waitFor('the problem to be over', () => application.run('return !document.querySelector("#problem")'));
  assert.equal(await chip(application, 'input'), devices.micTitle);
  const added = await talk(application, voice);
  assert.deepEqual(added.map((entry) => entry.speaker), ['user', 'model']);
});

test('a chosen headset is pulled while it is used: the other devices take over, and it is used again once it is back', async (t) => {
  const long = await speech('Good morning! This is a somewhat longer sentence, to be heard on two loudspeakers, one after the other.');
  const headset = await plugSecond();
  t.after(() => headset.unplug());
  const { mic, micFeed, micTitle, speaker, speakerTitle } = devices.second;
  const application = await launch(program, {
    settings: { ...talking, inputDevice: `pulseaudio:${mic}`, outputDevice: `pulseaudio:${speaker}` },
  });
  t.after(() => application.quit());
  await application.waitFor('the headset to be named', async () => (await chip(application, 'input')) === micTitle);

  await application.click('#talk');
  await waitForPhase(application, 'listening');
  await soundFrom(application, mic);
  await headset.unplugMic();
  await problemWith(application, 'deviceLost');
  await application.waitFor('the other microphone to take over', async () =>
    (await chip(application, 'input')).includes(`→ using ${devices.micTitle}`),
  );
  await soundFrom(application, devices.mic);
  await waitForPhase(application, 'listening');
  // It is still the same turn.
  await say(long);
  await application.click('#talk');
  await waitForPhase(application, 'speaking');

  const other = await record(t);
  await headset.unplugSpeaker();
  await application.waitFor('the other loudspeaker to take over', async () =>
    (await chip(application, 'output')).includes(`→ using ${devices.speakerTitle}`),
  );
  await application.waitFor('the answer to go on there', () => other.lastSound() > 0);
  await press(application, ESCAPE);
  await waitForPhase(application, 'ready');

  await headset.plugAgain();
  await application.waitFor('the headset to be back', async () => {
    const chips = [await chip(application, 'input'), await chip(application, 'output')];
    return chips.join() === [micTitle, speakerTitle].join();
  });
  await talk(application, long, {
    feed: micFeed,
    whileListening: () => soundFrom(application, mic),
    whileSpeaking: async () => {
      await application.waitFor('the headset to play', async () => (await streams()).sinks.includes(speaker));
      await press(application, ESCAPE);
    },
  });
});

/** The words of the problem in the window, once it is the one with this code. */
function problemWith(application, code) {
  return application.waitFor(`the problem ${code}`, () =>
    application.run(
      `const problem = document.querySelector('#problem');
       return problem?.querySelector('dd').textContent === arguments[0] && problem.textContent.replaceAll(/\\s+/g, ' ');`,
      code,
    ),
  );
}

async function isLetGo(application) {
  const pressed = await application.run('return document.querySelector("#talk").ariaPressed');
  return pressed === 'false' && !['listening', 'openingMicrophone'].includes(await phase(application));
}

/** Waits for an answer among the entries after the first so many, and until nothing more is said. */
async function answered(application, before) {
  await application.waitFor('an answer', async () =>
    (await transcript(application)).slice(before).some((entry) => entry.speaker === 'model' && entry.text),
  );
  await press(application, ESCAPE);
  await waitForPhase(application, 'ready');
}

/** What the chip of a direction says; nothing while there is none. */
function chip(application, direction) {
  return application.run('return document.querySelector(arguments[0])?.textContent.trim() ?? ""', `#chip-${direction}`);
}

/** Waits until one microphone is heard, and no other. */
function soundFrom(application, source) {
  return application.waitFor(`${source} to be heard`, async () => (await streams()).sources.join() === source);
}
