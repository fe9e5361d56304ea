// What the stand-ins received, each in a pane of its own.

import { get } from './api.js';
import { element, moment } from './dom.js';

/** Icons by a word of the title. */
const ICONS = [
  [/slack/i, 'M9 3h2v5h4V3h2v5h4v2h-4v4h4v2h-4v5h-2v-5h-4v5H9v-5H4v-2h5v-4H4V8h5V3zm2 7v4h4v-4h-4z'],
  [/mail/i, 'M3 5h18v14H3V5zm9 7.2L19 7H5l7 5.2zM5 9v8h14V9l-7 5.2L5 9z'],
  [/shop/i, 'M7 7a5 5 0 0 1 10 0h3v14H4V7h3zm2 0h6a3 3 0 0 0-6 0zM6 9v10h12V9H6z'],
  [/./, 'M20 4H4v16l4-4h12V4zM7 9h10v2H7zm0 3h7v2H7z'],
];

export class Received {
  constructor(side) {
    this.side = side;
    this.known = new Map();
  }

  async look() {
    const { panes } = await get('panes');
    for (const pane of panes) this.update(pane);
  }

  update({ title, count, entries }) {
    const name = `pane ${title}`;
    if (!this.side.has(name)) {
      const node = element('div', { className: 'entries' });
      this.side.add(name, {
        title,
        path: ICONS.find(([word]) => word.test(title))[1],
        node,
        opened: () => {
          this.known.get(title).seen = this.known.get(title).count;
        },
      });
      this.known.set(title, { node, seen: count, count: -1 });
    }
    const pane = this.known.get(title);
    const newest = JSON.stringify(entries[0]);
    if (pane.count === count && pane.newest === newest) return;
    const more = count - pane.count;
    // What somebody has unfolded stays so when something arrives above it.
    if (pane.count > 0 && more > 0 && JSON.stringify(entries[more]) === pane.newest)
      pane.node.prepend(...entries.slice(0, more).map(entry));
    else if (entries.length) pane.node.replaceChildren(...entries.map(entry));
    else pane.node.replaceChildren(element('p', { className: 'hint' }, 'Nothing has arrived yet.'));
    Object.assign(pane, { count, newest });
    if (this.side.shown === name) pane.seen = count;
    this.side.badge(name, Math.max(count - pane.seen, 0));
  }
}

function entry({ at, title, text, details }) {
  const facts = Object.entries(details || {});
  return element(
    'article',
    { className: 'entry' },
    element('header', {}, element('b', {}, title), element('time', { dateTime: at }, moment(at))),
    element('p', {}, text),
    ...(facts.length
      ? [
          element(
            'details',
            {},
            element('summary', {}, 'Details'),
            element(
              'dl',
              {},
              ...facts.flatMap(([name, value]) => [
                element('dt', {}, name),
                element('dd', {}, String(value)),
              ]),
            ),
          ),
        ]
      : []),
  );
}
