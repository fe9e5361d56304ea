// The strip of tabs at the bottom, with a switch that shows the hidden ones too.

import { confirmed, askText } from './dialogs.js';
import { drawn, element } from './dom.js';
import { openMenu } from './menus.js';

const LOCK =
  'M7 10V7a5 5 0 0 1 10 0v3h1a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2v-8a2 2 0 0 1 2-2zm2 0h6V7a3 3 0 0 0-6 0z';

const lock = () =>
  drawn(
    'svg',
    { viewBox: '0 0 24 24', width: 11, height: 11, class: 'lock', role: 'img', 'aria-label': 'protected' },
    drawn('path', { d: LOCK, fill: 'currentColor' }),
  );

export class Tabs {
  /** `opened(tab, byMouse)` is told which tab to show. */
  constructor(page, opened) {
    this.page = page;
    this.opened = opened;
    this.strip = document.getElementById('tabs');
    this.box = document.getElementById('show-hidden');
    this.label = document.getElementById('hidden-label');
    this.box.addEventListener('change', () => this.switched());
  }

  get withHidden() {
    return this.box.checked;
  }

  set withHidden(value) {
    this.box.checked = value;
    this.switched();
  }

  switched() {
    this.show(this.book, this.tab);
    if (!this.listed().includes(this.tab)) this.opened(this.listed()[0]);
  }

  listed() {
    return this.book.tabs.filter((tab) => this.withHidden || !tab.hidden);
  }

  /** The tab to begin with: the one in the address, else the first that is not hidden. */
  choose(book) {
    this.book = book;
    const named = decodeURIComponent(location.hash.slice(1));
    const tab = book.tabs.find((each) => each.title === named);
    if (tab?.hidden) this.box.checked = true;
    return tab || book.tabs.find((each) => !each.hidden) || book.tabs[0];
  }

  show(book, tab) {
    this.book = book;
    this.tab = book.tabs.find((each) => each.id === tab.id);
    history.replaceState(null, '', `#${encodeURIComponent(tab.title)}`);
    const hidden = book.tabs.filter((each) => each.hidden).length;
    this.box.parentElement.hidden = !hidden;
    this.label.textContent = `Hidden tabs (${hidden})`;
    const focused = this.strip.contains(document.activeElement);
    this.strip.replaceChildren(...this.listed().map((each) => this.button(each)));
    if (focused) this.strip.querySelector('[aria-selected="true"]')?.focus();
    this.strip
      .querySelector('[aria-selected="true"]')
      ?.scrollIntoView({ block: 'nearest', inline: 'nearest' });
  }

  button(tab) {
    const isOpen = tab.id === this.tab.id;
    const button = element(
      'button',
      {
        type: 'button',
        role: 'tab',
        'aria-selected': String(isOpen),
        'aria-controls': 'grid',
        tabIndex: isOpen ? 0 : -1,
        className: tab.hidden ? 'is-hidden' : '',
        title: tab.locked ? 'Protected: written by the service' : null,
        onclick: (event) => {
          if (tab.id !== this.tab.id) this.opened(tab, event.detail > 0);
        },
        oncontextmenu: (event) => {
          event.preventDefault();
          this.menu(tab, event);
        },
        onkeydown: (event) => this.key(event),
      },
      ...(tab.locked ? [lock()] : []),
      tab.title,
    );
    if (tab.color) button.style.setProperty('--tab', tab.color);
    return button;
  }

  key(event) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const listed = this.listed();
    const at = listed.findIndex((tab) => tab.id === this.tab.id);
    this.opened(listed[(at + step + listed.length) % listed.length]);
    event.preventDefault();
  }

  menu(tab, { clientX, clientY }) {
    const edit = (name, more) => this.page.edits.do(name, { tab: tab.title, ...more });
    openMenu(
      [
        {
          label: 'Rename…',
          action: async () => {
            const to = await askText('Rename the tab', `A new name for ${tab.title}:`);
            if (to) edit('rename_tab', { to });
          },
        },
        {
          label: 'Delete…',
          action: async () => {
            if (
              await confirmed('Delete the tab?', `${tab.title} and everything in it would be gone.`, 'Delete')
            )
              edit('delete_tab');
          },
        },
      ],
      { x: clientX, y: clientY, label: tab.title },
    );
  }
}
