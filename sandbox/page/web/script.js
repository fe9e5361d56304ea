// Runs the files of apps_script/ as Google does: each call in a fresh run of Code.js, in a worker of its own, where
// fetching and asking may wait; the sidebar in a frame that knows google.script.run and nothing of this page.

import { get } from './api.js';
import { scriptDialog } from './dialogs.js';
import { element, say } from './dom.js';

const SIDEBAR = 'sidebar';
const REPLY_BYTES = 64 * 1024;
const PERSON = 'person@example.com';

/** The properties of the script, kept in the browser; what the server knows of the function goes first. */
class Properties {
  constructor(book, given) {
    this.key = `properties of ${book}`;
    const kept = JSON.parse(localStorage.getItem(this.key) || '{}');
    this.stores = { ...kept, script: { ...kept.script, ...given } };
  }

  set(store, values) {
    this.stores[store] = values;
    localStorage.setItem(this.key, JSON.stringify(this.stores));
  }
}

const newFrame = () =>
  element('iframe', {
    className: 'sidebar',
    title: 'Control panel',
    sandbox: 'allow-scripts allow-forms allow-modals allow-popups',
    allow: 'clipboard-write',
  });

export class Script {
  constructor(page) {
    this.page = page;
    this.frame = newFrame();
    this.hint = element('p', { className: 'hint' }, 'The control panel opens here.');
    this.node = element('div', { className: 'script' }, this.hint, this.frame);
    this.frame.hidden = true;
    addEventListener('message', (event) => {
      if (event.source === this.frame.contentWindow) this.heard(event.data);
    });
    page.side.add(SIDEBAR, { title: 'Control panel', node: this.node, opened: () => this.opened() });
  }

  /** Runs onOpen, which makes the menu, and opens the sidebar. */
  async start() {
    const { url, token } = await get('function');
    const given = url ? { FUNCTION_URL: url, ...(token ? { SHARED_SECRET: token } : {}) } : {};
    this.properties = new Properties(this.page.book.id, given);
    if (!url) this.tellMissing();
    try {
      await this.execute('onOpen', [{ authMode: 'LIMITED', user: { email: PERSON } }], { trigger: true });
    } catch (error) {
      this.hint.textContent = `The script does not run: ${error.message}`;
      return;
    }
    await this.opened();
  }

  tellMissing() {
    this.node.prepend(
      element(
        'p',
        { className: 'warning' },
        'The control panel has no function to call. Start one with make run, or tell the local Google its address: FUNCTION_URL and API_TOKEN, or python -m sandbox --function URL.',
      ),
    );
  }

  /** The pane was opened by its button in the rail: the panel as its first menu entry opens it. */
  async opened() {
    if (this.isShown || !this.first || this.isOpening) return;
    this.isOpening = true;
    await this.run(this.first);
    this.isOpening = false;
  }

  /** A menu entry was chosen. */
  async run(name) {
    try {
      await this.execute(name, []);
    } catch (error) {
      say(`${name}: ${error.message}`);
    }
  }

  /** What a function of the script returns. Rejects with what it throws. */
  execute(name, args, { trigger = false } = {}) {
    return new Promise((resolve, reject) => {
      const worker = new Worker('/page/script_worker.js');
      const end = (act, value) => {
        worker.terminate();
        act(value);
      };
      worker.onerror = (event) => {
        event.preventDefault();
        end(reject, new Error(event.message || 'Code.js could not be loaded.'));
      };
      worker.onmessage = ({ data }) => {
        if (data.kind === 'returned') end(resolve, data.value);
        else if (data.kind === 'threw')
          end(reject, Object.assign(new Error(data.message), { name: data.name }));
        else this.asked(data);
      };
      const { book } = this.page;
      worker.postMessage({
        name,
        args,
        trigger,
        person: PERSON,
        properties: this.properties.stores,
        book: { id: book.id, title: book.title, url: location.href, tab: this.page.sheet.tab.title },
      });
    });
  }

  /** Something that a running script wants of the page. */
  asked(wish) {
    if (wish.kind === 'menu') this.addMenu(wish.menu);
    else if (wish.kind === 'sidebar') this.showSidebar(wish);
    else if (wish.kind === 'properties') this.properties.set(wish.store, wish.values);
    else if (wish.kind === 'toast') say(wish.title ? `${wish.title}: ${wish.text}` : wish.text);
    else if (wish.kind === 'dialog') this.dialog(wish);
    else if (wish.kind === 'log') console.info('Apps Script:', wish.text);
  }

  addMenu(menu) {
    const items = (entries) =>
      entries.flatMap((entry) => {
        if (!entry) return [null];
        if (entry.entries)
          return [{ label: entry.title, disabled: true, action() {} }, ...items(entry.entries)];
        this.first ??= entry.functionName;
        return [{ label: entry.label, action: () => this.run(entry.functionName) }];
      });
    const entries = items(menu.entries);
    this.page.customMenus.push({ label: menu.title, items: () => entries });
    this.page.menus();
  }

  showSidebar({ html, title, functions }) {
    this.isShown = true;
    this.hint.hidden = true;
    this.waiting = { html, functions };
    this.page.side.rename(SIDEBAR, title || 'Sidebar');
    this.page.side.open(SIDEBAR);
    // A frame of its own for each: one that is led elsewhere while it is hidden sometimes stays blank in Chromium.
    const frame = newFrame();
    frame.src = '/page/sidebar.html';
    this.frame.replaceWith(frame);
    this.frame = frame;
  }

  /** A message of the frame. */
  async heard(data) {
    const answer = (said) => this.frame.contentWindow?.postMessage(said, '*');
    if (data.kind === 'ready' && this.waiting) {
      answer({ kind: 'page', ...this.waiting });
      this.waiting = null;
    } else if (data.kind === 'close') {
      this.isShown = false;
      this.page.side.close();
    } else if (data.kind === 'focus') {
      this.page.sheet.focus();
    } else if (data.kind === 'run') {
      try {
        answer({ kind: 'returned', id: data.id, value: await this.execute(data.name, data.args) });
      } catch (error) {
        answer({ kind: 'threw', id: data.id, name: error.name, message: error.message });
      }
    }
  }

  /** Asks, and lets the script that waits go on with the answer. */
  async dialog({ dialog, reply }) {
    const said = new TextEncoder().encode(JSON.stringify(await scriptDialog(dialog))).slice(0, REPLY_BYTES);
    const state = new Int32Array(reply, 0, 2);
    new Uint8Array(reply, 8).set(said);
    state[1] = said.length;
    Atomics.store(state, 0, 1);
    Atomics.notify(state, 0);
  }
}
