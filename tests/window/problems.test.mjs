// What goes wrong is told in the window, and the window stays usable.

import assert from 'node:assert/strict';
import path from 'node:path';
import { test } from 'node:test';

import { checkAccessibility } from './lib/accessibility.mjs';
import { launch, out, program } from './lib/application.mjs';
import { phase, talk } from './lib/conversation.mjs';
import { closeSettings, openSettings } from './lib/settings.mjs';
import { simulate } from './lib/simulator.mjs';
import { speech } from './lib/sound.mjs';

test('an unreachable service is told, and the demo still works', async (t) => {
  const application = await launch(program, {
    settings: { welcomed: true, service: 'custom', endpoint: 'ws://127.0.0.1:9' },
  });
  t.after(() => application.quit());
  await press(application);
  const problem = await problemOf(application);
  assert.equal(problem.code, 'connectionRefused');
  assert.ok(problem.text.length > 20, `a sentence, not ${JSON.stringify(problem.text)}`);
  await application.screenshot(path.join(out, 'problem-unreachable.png'));
  await checkAccessibility(application);

  await openSettings(application);
  await application.click('input[name=service][value=demo]');
  await closeSettings(application);
  await talk(application, await speech('Are you there again?'));
  assert.equal(await phase(application), 'ready');
});

test('a wrong key is told, and a right one works', async (t) => {
  const service = await simulate('--bad-key', 'a-wrong-key', '--require-key', '--persona', 'echo');
  t.after(service.end);
  const application = await launch(program, {
    settings: { welcomed: true, service: 'custom', endpoint: service.url },
    environment: { GEMINI_API_KEY: 'a-wrong-key' },
  });
  t.after(() => application.quit());
  await press(application);
  const problem = await problemOf(application);
  assert.equal(problem.code, 'keyInvalid');
  await application.screenshot(path.join(out, 'problem-key.png'));

  await openSettings(application);
  const field = await application.find('#api-key');
  await field.sendKeys('another-key');
  await application.click('#use-api-key');
  await closeSettings(application);
  const added = await talk(application, await speech('Is this key a better one?'));
  assert.deepEqual(added.map((entry) => entry.speaker), ['user', 'model']);
});

/** A click on the talk button: it locks on, and off again with the next. */
async function press(application) {
  await application.click('#talk');
}

/** The problem that the window tells of. */
async function problemOf(application) {
  await application.find('#problem .title');
  return application.run(`
    const banner = document.querySelector('#problem');
    const text = [...banner.querySelectorAll('.title, .why')].map((part) => part.textContent).join(' ');
    return { code: banner.querySelector('dd').textContent, text };
  `);
}
