// The rows of one tab, fetched in blocks as they come into view, and forgotten when the tab has changed.

import { get } from './api.js';

const BLOCK = 100;
const MOST_BLOCKS = 60;

export class Rows {
  /** `arrived(rows)` is told the numbers of rows that can be drawn now. */
  constructor(spreadsheet, tab, arrived) {
    this.spreadsheet = spreadsheet;
    this.tab = tab;
    this.arrived = arrived;
    this.blocks = new Map();
    this.asked = new Set();
    this.age = 0;
    this.trouble = false;
  }

  // What the grid library asks of its data.
  getLength() {
    return this.tab.rows;
  }

  getItem(index) {
    return this.blocks.get(Math.floor(index / BLOCK))?.rows[index % BLOCK];
  }

  getItemMetadata() {
    return null;
  }

  /** A cell: `{text, look, edit, note, rule, bad, error}`, or undefined where it is not known yet. */
  cell(row, column) {
    return this.getItem(row)?.[column];
  }

  /** Everything may be another from now on; what is known is shown until it has been asked for again. */
  outdate(tab) {
    this.tab = tab;
    this.age += 1;
    this.asked.clear();
  }

  /** Sees to it that these rows are there, the frozen ones too. Resolves when they are. */
  async want(from, to) {
    const wanted = new Set([0]);
    for (let n = Math.floor(from / BLOCK); n <= Math.floor(Math.min(to, this.tab.rows - 1) / BLOCK); n += 1)
      wanted.add(Math.max(n, 0));
    await Promise.all([...wanted].map((n) => this.fetch(n)));
  }

  async fetch(n) {
    if (this.blocks.get(n)?.age === this.age || this.asked.has(n)) return;
    const { age } = this;
    this.asked.add(n);
    try {
      const asked = { spreadsheet: this.spreadsheet, tab: this.tab.id, from: n * BLOCK, to: (n + 1) * BLOCK };
      const said = await get('rows', asked);
      if (age !== this.age && this.blocks.get(n)?.age === this.age) return;
      this.blocks.delete(n);
      this.blocks.set(n, { age, rows: unpacked(said) });
      if (this.blocks.size > MOST_BLOCKS) this.blocks.delete([...this.blocks.keys()].find((key) => key));
      this.arrived(said.rows.map((_, at) => n * BLOCK + at));
    } finally {
      if (age === this.age) this.asked.delete(n);
    }
  }
}

/** Rows of cells, each with its look and its rule in place of their numbers. */
function unpacked({ rows, looks, rules }) {
  return rows.map((row) =>
    row.map(([text, look, more]) => {
      const cell = { text, look: looks[look], ...more };
      if (more?.rule !== undefined) cell.rule = rules[more.rule];
      return cell;
    }),
  );
}
