// Boxes that ask or tell, as the browser's own dialogs: they hold the focus, and Escape closes them.

import { element } from './dom.js';

/** Resolves to the name of the button pressed (null for Escape), and what was typed where there is a field. */
function ask({ title, text, buttons, field = false }) {
  return new Promise((resolve) => {
    const input = field
      ? element('input', { type: 'text', className: 'field', 'aria-label': text || title })
      : null;
    const box = element(
      'dialog',
      { className: 'box', 'aria-labelledby': 'box-title' },
      element('h2', { id: 'box-title' }, title),
      element('p', {}, text),
      ...(input ? [input] : []),
      element(
        'div',
        { className: 'buttons' },
        ...buttons.map(([name, words, isMain]) =>
          element(
            'button',
            { type: 'button', className: isMain ? 'main' : '', onclick: () => box.close(name) },
            words,
          ),
        ),
      ),
    );
    box.addEventListener('close', () => {
      box.remove();
      resolve([box.returnValue || null, input ? input.value : '']);
    });
    box.addEventListener('keydown', (event) => {
      event.stopPropagation();
      if (event.key === 'Enter' && event.target === input) box.close(buttons.at(-1)[0]);
    });
    document.body.append(box);
    box.showModal();
    (input || box.querySelector('.main') || box).focus();
  });
}

const OK = ['OK', 'OK', true];
const CANCEL = ['CANCEL', 'Cancel', false];

/** Tells something. */
export const tell = (title, text) => ask({ title, text, buttons: [OK] });

/** Asks whether to go on. */
export const confirmed = async (title, text, words = 'OK') =>
  (await ask({ title, text, buttons: [CANCEL, ['OK', words, true]] }))[0] === 'OK';

/** Asks for a text; null where it was not given. */
export async function askText(title, text) {
  const [button, typed] = await ask({ title, text, buttons: [CANCEL, OK], field: true });
  return button === 'OK' ? typed : null;
}

const SETS = {
  OK: [OK],
  OK_CANCEL: [CANCEL, OK],
  YES_NO: [
    ['NO', 'No', false],
    ['YES', 'Yes', true],
  ],
  YES_NO_CANCEL: [CANCEL, ['NO', 'No', false], ['YES', 'Yes', true]],
};

/** An alert or a prompt of Apps Script: `{button, text}`, the button CLOSE where the box was closed. */
export async function scriptDialog({ title, text, buttons, field }) {
  const [button, typed] = await ask({
    title: title || 'Message',
    text,
    buttons: SETS[buttons] || SETS.OK,
    field,
  });
  return { button: button || 'CLOSE', text: typed };
}
