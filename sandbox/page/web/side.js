// What stands beside the workbook: one pane at a time, chosen in the rail at the right edge.

import { element, icon } from './dom.js';

const PANEL = 'M4 5h16v14H4zm9 2v10h5V7z';

export class Side {
  constructor() {
    this.panes = new Map();
    this.rail = document.getElementById('rail');
    this.aside = document.getElementById('side');
    this.title = document.getElementById('side-title');
    this.body = document.getElementById('side-body');
    document.getElementById('side-close').addEventListener('click', () => this.close());
  }

  /** Adds a pane under a name; `node` is kept while other panes are shown. `opened` is called when it is shown. */
  add(name, { title, path = PANEL, node, opened = () => {} }) {
    const badge = element('span', { className: 'badge', hidden: true });
    const button = element(
      'button',
      { type: 'button', title, 'aria-pressed': 'false', onclick: () => this.toggle(name) },
      icon(path),
      element('span', { className: 'caption' }, title),
      badge,
    );
    node.hidden = true;
    this.panes.set(name, { title, node, button, badge, opened });
    this.rail.append(button);
    this.body.append(node);
  }

  has(name) {
    return this.panes.has(name);
  }

  /** Another heading above a pane. */
  rename(name, title) {
    const pane = this.panes.get(name);
    pane.title = title;
    if (this.shown === name) this.title.textContent = title;
  }

  toggle(name) {
    if (this.shown === name) this.close();
    else this.open(name);
  }

  open(name) {
    this.shown = name;
    this.aside.hidden = false;
    for (const [each, { node, button }] of this.panes) {
      node.hidden = each !== name;
      button.setAttribute('aria-pressed', String(each === name));
    }
    const pane = this.panes.get(name);
    this.title.textContent = pane.title;
    this.badge(name, 0);
    pane.opened();
  }

  close() {
    this.panes.get(this.shown)?.button.setAttribute('aria-pressed', 'false');
    this.shown = null;
    this.aside.hidden = true;
  }

  /** How many entries of a pane nobody has seen yet. */
  badge(name, count) {
    const { badge } = this.panes.get(name);
    badge.hidden = !count;
    badge.textContent = count > 99 ? '99+' : String(count);
  }
}
