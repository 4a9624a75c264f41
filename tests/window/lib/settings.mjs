// The settings page.

/** Opens the settings page. */
export async function openSettings(application) {
  await application.click('#settings');
  await application.find('#search-settings');
}

/** Goes back to the conversation. */
export async function closeSettings(application) {
  await application.driver.actions().sendKeys('\uE00C').perform();
  await application.find('#talk');
}

/** Brings a control into view, as a person would: goes to the page of its group, or unfolds what it is in. */
export async function reveal(application, selector) {
  await application.waitFor(`a way to ${selector}`, async () => {
    const next = await application.run(
      `const control = document.querySelector(arguments[0]);
       const group = control?.closest('[data-group]');
       if (!group) return null;
       if (group.hidden) return document.querySelector('[data-choose=' + group.dataset.group + ']');
       let folded = null;
       for (let around = control.closest('details'); around; around = around.parentElement.closest('details')) {
         if (!around.open) folded = around;
       }
       return folded ? folded.querySelector('summary') : control;`,
      selector,
    );
    if (next === null) return false;
    const shown = await application.run(
      'return arguments[0] === document.querySelector(arguments[1])',
      next,
      selector,
    );
    if (!shown) await next.click();
    return shown;
  });
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
  await reveal(application, selector);
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
