// An order as the Zap posts it, and the story of an order.

import { get, post } from './api.js';
import { element, moment } from './dom.js';

/** Calls the function as the Zap or the sidebar would: `{code, text, json}`. Throws where nothing answers. */
async function call(route, body) {
  const { url, token } = await get('function');
  if (!url)
    throw new Error(
      'The local Google does not know where the function is: set FUNCTION_URL, or use make run.',
    );
  const headers = { 'Content-Type': 'application/json', Authorization: `Bearer ${token}` };
  const said = await post('fetch', {
    url: url.replace(/\/$/, '') + route,
    method: 'post',
    headers,
    payload: JSON.stringify(body),
  });
  if (said.trouble === 'timeout')
    throw new Error('The function did not answer within a minute. Nothing is done twice: try again.');
  if (said.trouble) throw new Error(`The function does not answer at ${url}. Is it running?`);
  let json = null;
  try {
    json = JSON.parse(said.text);
  } catch {
    /* shown as it is */
  }
  return { code: said.code, json, text: said.text };
}

function labelled(name, label, { value = '', hint = '', required = false } = {}) {
  const input = element('input', {
    type: 'text',
    name,
    value,
    required,
    autocomplete: 'off',
    spellcheck: false,
  });
  return element(
    'label',
    {},
    element('span', {}, label),
    input,
    ...(hint ? [element('small', {}, hint)] : []),
  );
}

/** A form with one button that is off while it works; `act(values)` gives what is shown below it. */
function form(label, fields, act) {
  const answer = element('div', { className: 'answer', 'aria-live': 'polite' });
  const button = element('button', { type: 'submit', className: 'main' }, label);
  const made = element('form', { className: 'pane-form' }, ...fields, button, answer);
  made.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (button.disabled) return;
    button.disabled = true;
    answer.replaceChildren(element('p', { className: 'working' }, 'Working…'));
    try {
      answer.replaceChildren(...(await act(Object.fromEntries(new FormData(made)))));
      answer.scrollIntoView({ block: 'nearest', behavior: 'smooth' });
    } catch (error) {
      answer.replaceChildren(element('p', { className: 'said bad' }, error.message));
    } finally {
      button.disabled = false;
    }
  });
  return made;
}

const COLOURS = { fulfilled: 'good', ok: 'good', failed: 'bad', error: 'bad' };

/** An answer of the function, its sentence first and everything else folded away. */
function shown({ code, json, text }) {
  if (!json) return [element('p', { className: 'said bad' }, `Status ${code}: ${text.slice(0, 300)}`)];
  const parts = [
    element(
      'p',
      { className: `said ${COLOURS[json.status] || 'warn'}` },
      element('b', {}, json.status || `Status ${code}`),
      ` ${json.message || ''}`,
    ),
  ];
  if (json.keys?.length) {
    parts.push(
      element(
        'ul',
        { className: 'keys' },
        ...json.keys.map((key) =>
          element(
            'li',
            {},
            element('code', {}, key.keycode),
            element(
              'small',
              {},
              [key.entitlements, key.component, key.title || key.sku].filter(Boolean).join(' · '),
            ),
          ),
        ),
      ),
    );
  }
  for (const warning of json.warnings || [])
    parts.push(
      element(
        'p',
        { className: 'said warn' },
        typeof warning === 'string' ? warning : JSON.stringify(warning),
      ),
    );
  for (const [field, problem] of Object.entries(json.fields || {}))
    parts.push(element('p', { className: 'said warn' }, `${field}: ${problem}`));
  parts.push(
    element(
      'details',
      {},
      element('summary', {}, `Whole answer, status ${code}`),
      element('pre', {}, JSON.stringify(json, null, 2)),
    ),
  );
  return parts;
}

export class OrderForm {
  constructor() {
    const number = 1000 + Math.floor(Math.random() * 9000);
    const intro = element(
      'p',
      { className: 'hint' },
      'What the Zap sends to POST /orders for a paid order. Send it twice: the answer stays the same.',
    );
    const made = form(
      'Post the order',
      [
        intro,
        element(
          'div',
          { className: 'pair wide-left' },
          labelled('order_id', 'Order id', { value: `68559099${number}`, required: true }),
          labelled('order_name', 'Order name', { value: `#${number}` }),
        ),
        labelled('email', 'E-mail', { value: 'ada@example.com' }),
        element(
          'div',
          { className: 'pair' },
          labelled('customer_name', 'Customer', { value: 'Ada Bernard' }),
          labelled('region', 'Region'),
        ),
        element(
          'div',
          { className: 'pair wide-left' },
          labelled('line_items_sku', 'SKUs', { required: true }),
          labelled('line_items_quantity', 'Quantities', { value: '1', required: true }),
        ),
        element(
          'p',
          { className: 'hint small' },
          'Several of both are separated by commas: NSTB,CPT and 1,2. Without a region the default one counts.',
        ),
      ],
      async (values) =>
        shown(await call('/orders', Object.fromEntries(Object.entries(values).filter(([, value]) => value)))),
    );
    const next = element(
      'button',
      { type: 'button', onclick: () => this.another(made) },
      'Another order number',
    );
    made.insertBefore(next, made.querySelector('.answer'));
    this.node = made;
  }

  another(made) {
    const number = 1000 + Math.floor(Math.random() * 9000);
    made.elements.order_id.value = `68559099${number}`;
    made.elements.order_name.value = `#${number}`;
    made.querySelector('.answer').replaceChildren();
  }
}

export class Story {
  constructor() {
    this.node = form(
      'Tell its story',
      [
        element('p', { className: 'hint' }, 'What happened to an order, from POST /orders/status.'),
        labelled('order_id', 'Order', { hint: 'Its id, or its name such as #1042', required: true }),
      ],
      async (values) => Story.told(await call('/orders/status', values)),
    );
  }

  static told(answer) {
    const { json } = answer;
    if (!json?.story) return shown(answer);
    const events = json.story.map(({ at, event, message }) =>
      element('li', {}, element('time', {}, moment(at)), element('b', {}, event), ` ${message || ''}`),
    );
    return [
      element(
        'p',
        { className: `said ${COLOURS[json.outcome] || 'warn'}` },
        element('b', {}, json.outcome || json.status),
        ` ${json.message || ''}`,
      ),
      element('ol', { className: 'story' }, ...events),
      ...(json.next ? [element('p', { className: 'said warn' }, element('b', {}, 'Next: '), json.next)] : []),
      ...shown({ ...answer, json: { ...json, message: '' } }).slice(1),
    ];
  }
}
