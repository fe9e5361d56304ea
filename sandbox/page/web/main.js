// The page: a workbook, what is said about its selected cell, its tabs, its menus, and the panes beside it.

import { get } from './api.js';
import { Edits } from './edits.js';
import { element, say } from './dom.js';
import { Follower } from './follower.js';
import { workbookMenus, cellMenu, sortMenu } from './actions.js';
import { MenuBar, openMenu } from './menus.js';
import { Sheet } from './sheet.js';
import { Side } from './side.js';
import { Tabs } from './tabs.js';
import { Tip } from './tip.js';
import { addPanes } from './panes.js';
import { Script } from './script.js';

const $ = (id) => document.getElementById(id);

const wanted =
  /^\/spreadsheets\/d\/([\w-]+)/.exec(location.pathname)?.[1] ||
  new URLSearchParams(location.search).get('spreadsheet');

class Page {
  constructor() {
    this.sheet = new Sheet($('grid'), {
      selected: () => this.selected(),
      edited: (row, column, text) => this.edits.type(row, column, text),
      typing: (text) => {
        $('content').value = text;
      },
      cleared: () => this.edits.clear(),
      ticked: (row, column, isOn) => this.edits.type(row, column, isOn ? 'TRUE' : 'FALSE'),
      menu: (event) =>
        openMenu(cellMenu(this), {
          x: event.clientX,
          y: event.clientY,
          back: { focus: () => this.sheet.focus() },
          label: 'Cells',
        }),
      resized: (column, pixels) => this.edits.resizeColumn(column, pixels),
      filter: (column, place) =>
        openMenu(sortMenu(this, column), {
          ...place,
          back: { focus: () => this.sheet.focus() },
          label: 'Sort',
        }),
      charts: async (tab) => (await get('charts', { spreadsheet: this.book.id, tab: tab.id })).charts,
    });
    this.edits = new Edits(this.sheet, () => this.book);
    this.tabs = new Tabs(this, (tab, byMouse) => this.openTab(tab).then(() => byMouse && this.sheet.focus()));
    this.side = new Side();
    this.bar = new MenuBar($('menus'));
    this.tip = new Tip($('tip'), $('grid'), this.sheet);
    this.customMenus = [];
    this.clipboard();
    this.contentField();
    addEventListener('keydown', (event) => this.partKey(event), true);
  }

  begin() {
    this.start().catch((error) => {
      $('empty').hidden = false;
      $('empty').textContent = `The workbook cannot be shown: ${error.message}`;
    });
  }

  async start() {
    const { books } = await get('books');
    if (!books.length) return this.nothing();
    const id = books.some((book) => book.id === wanted) ? wanted : books[0].id;
    this.chooser(books, id);
    await this.show(await get('book', { spreadsheet: id }));
    this.sheet.focus();
    this.follower = new Follower(
      () => this.book,
      (book) => this.changed(book),
    );
    this.follower.run();
    this.script = new Script(this);
    await addPanes(this);
    await this.script.start();
    return undefined;
  }

  nothing() {
    $('empty').hidden = false;
    $('empty').textContent =
      'There is no workbook yet. `make run` makes one; so does any client of the Sheets API that asks this address for a new spreadsheet.';
    setTimeout(() => this.begin(), 2000);
  }

  chooser(books, id) {
    $('empty').hidden = true;
    $('books').hidden = books.length < 2;
    $('title').classList.toggle('unseen', books.length > 1);
    $('books').replaceChildren(
      ...books.map((book) => element('option', { value: book.id, selected: book.id === id }, book.title)),
    );
    $('books').onchange = () => {
      location.href = `/spreadsheets/d/${$('books').value}/edit`;
    };
  }

  async show(book) {
    this.book = book;
    $('title').textContent = book.title;
    document.title = `${book.title} - local Google`;
    this.menus();
    await this.openTab(this.tabs.choose(book));
  }

  /** Shows a tab; what goes wrong is said. */
  async openTab(tab) {
    this.tabs.show(this.book, tab);
    this.tip.rest();
    try {
      await this.sheet.open(this.book.id, tab);
    } catch (error) {
      say(`${tab.title} cannot be shown now: ${error.message}`);
    }
    this.selected();
  }

  async changed(book) {
    this.book = book;
    $('title').textContent = book.title;
    const tab = book.tabs.find((each) => each.id === this.sheet.tab.id);
    if (!tab) {
      say(`The tab ${this.sheet.tab.title} was deleted.`);
      await this.openTab(this.tabs.choose(book));
      return;
    }
    this.tabs.show(book, tab);
    await this.sheet.refresh(tab);
    this.selected();
  }

  selected() {
    $('place').textContent = this.sheet.chosen.name;
    const cell = this.sheet.chosen.active()?.cell;
    if (document.activeElement !== $('content') && !this.sheet.editor)
      $('content').value = cell?.edit ?? cell?.text ?? '';
    // The grid's focus is on no cell, so that a screen reader is told here which one is selected, and what it says.
    const heard = [this.sheet.chosen.name, cell?.text].filter(Boolean).join(': ');
    if ($('heard').textContent !== heard) $('heard').textContent = heard;
    this.tip?.focused();
  }

  menus() {
    this.bar.show([...workbookMenus(this), ...this.customMenus]);
  }

  clipboard() {
    const given = (event, isCut) => {
      if (!this.sheet.hasFocus || !this.sheet.chosen.area()) return;
      event.preventDefault();
      const text = this.edits.copied();
      if (text === null)
        this.edits
          .fetched()
          .then((all) => navigator.clipboard.writeText(all))
          .catch((error) => say(error.message));
      else event.clipboardData.setData('text/plain', text);
      if (isCut) this.edits.clear();
    };
    document.addEventListener('copy', (event) => given(event, false));
    document.addEventListener('cut', (event) => given(event, true));
    document.addEventListener('paste', (event) => {
      if (!this.sheet.hasFocus) return;
      event.preventDefault();
      this.edits.paste(event.clipboardData.getData('text/plain'));
    });
  }

  /** F6 leads from one part of the page to the next, for inside the grid Tab leads from cell to cell. */
  partKey(event) {
    if (event.key !== 'F6') return;
    event.preventDefault();
    const parts = [
      $('menus'),
      $('content'),
      $('grid'),
      $('side'),
      $('rail'),
      document.querySelector('.tabs'),
    ];
    const shown = parts.filter((part) => !part.hidden);
    const at = shown.findIndex((part) => part.contains(document.activeElement));
    const next = shown[(at + (event.shiftKey ? -1 : 1) + shown.length) % shown.length];
    if (next === $('grid')) this.sheet.focus();
    else if (next === $('content')) next.focus();
    else next.querySelector('[tabindex="0"], button, [aria-selected="true"], input')?.focus();
  }

  contentField() {
    const field = $('content');
    let from = null;
    field.addEventListener('focus', () => {
      from = this.sheet.chosen.active();
    });
    field.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') from = null;
      if (event.key === 'Escape' || event.key === 'Enter') this.sheet.focus();
    });
    field.addEventListener('blur', () => {
      const old = from?.cell?.edit ?? from?.cell?.text ?? '';
      if (from && field.value !== old) this.edits.type(from.row, from.column, field.value);
      from = null;
      this.selected();
    });
  }
}

new Page().begin();
