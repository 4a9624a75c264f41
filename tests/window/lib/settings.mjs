// The settings page.

/** Opens the settings page. */
export async function openSettings(application) {
  await application.click('#settings');
  await application.find('#input-device');
}

/** Goes back to the conversation. */
export async function closeSettings(application) {
  await application.driver.actions().sendKeys('\uE00C').perform();
  await application.find('#talk');
}

/** Unfolds the section a control is in, as a person would. */
export async function unfold(application, selector) {
  const summary = await application.run(
    'return document.querySelector(arguments[0]).closest("details:not([open])")?.querySelector("summary")',
    selector,
  );
  await summary?.click();
  await application.find(selector);
}

/** Types into an empty field and leaves it. */
export async function enter(application, selector, text) {
  const field = await application.find(selector);
  await field.sendKeys(text, '\uE004');
}

/** The value of the option whose text contains a title, once there is one. */
export function optionTitled(application, selector, title) {
  return application.waitFor(`${selector} to offer ${title}`, () =>
    application.run(
      `const options = [...document.querySelector(arguments[0]).options];
       return options.find((option) => option.text.includes(arguments[1]) && !option.text.includes('onitor'))?.value;`,
      selector,
      title,
    ),
  );
}

/** Chooses an option by its value, and waits until the application has taken it. */
export async function choose(application, selector, value) {
  await application.find(selector);
  await application.run(
    `const select = document.querySelector(arguments[0]);
     select.value = arguments[1];
     select.dispatchEvent(new Event('input', { bubbles: true }));
     select.dispatchEvent(new Event('change', { bubbles: true }));`,
    selector,
    value,
  );
  await application.waitFor(`${selector} to stay at ${value}`, () =>
    application.run('return document.querySelector(arguments[0]).value === arguments[1]', selector, value),
  );
}
