// How a cell is drawn: its text in its look, what can be clicked in it, and marks at its corner.

import { element, lengthOf } from './dom.js';

function dressed(node, look) {
  const { style } = node;
  if (look.bg) style.backgroundColor = look.bg;
  if (look.fg) style.color = look.fg;
  if (look.bold) style.fontWeight = '600';
  if (look.italic) style.fontStyle = 'italic';
  if (look.underline || look.strike)
    style.textDecoration = [look.underline && 'underline', look.strike && 'line-through']
      .filter(Boolean)
      .join(' ');
  if (look.size) style.fontSize = `${look.size * 1.3}px`;
  if (look.align) style.textAlign = look.align;
}

export class Painter {
  constructor(tab, rows) {
    this.tab = tab;
    this.rows = rows;
  }

  /** What the grid library puts into a cell; nothing for one that is not known yet. */
  node(row, column, cell) {
    if (!cell) return '';
    const spill = this.spill(row, column, cell);
    const words = element('span', { className: 'words' }, cell.text);
    if (spill) words.style.right = `${-spill}px`;
    const node = element('div', { className: 'cell' }, words);
    dressed(node, cell.look);
    if (cell.rule?.kind === 'BOOLEAN') {
      node.replaceChildren(
        element(
          'span',
          { className: `tick ${cell.text === 'TRUE' ? 'on' : ''}` },
          cell.text === 'TRUE' ? '✓' : '',
        ),
      );
      node.style.textAlign = 'center';
    }
    if (cell.rule?.choices) node.append(element('span', { className: 'choose' }, '▾'));
    if (
      this.tab.filter?.row === row &&
      column >= this.tab.filter.from &&
      column < this.tab.filter.to &&
      cell.text
    ) {
      node.classList.add('headed');
      node.append(element('span', { className: 'sorter', title: 'Sort' }, '▾'));
    }
    if (cell.note) node.append(element('span', { className: 'corner note' }));
    if (cell.bad || cell.error) node.append(element('span', { className: 'corner bad' }));
    return { html: node, addClasses: spill ? 'spilling' : '' };
  }

  /** How far a text that is longer than its cell is wide goes on over the empty cells beside it. */
  spill(row, column, { text, look, rule }) {
    if (!text || rule || (look.align && look.align !== 'left')) return 0;
    const { widths, frozen } = this.tab;
    let over = lengthOf(text, { bold: look.bold, pixels: (look.size || 10) * 1.3 }) + 10 - widths[column];
    let room = 0;
    const last = column < frozen[1] ? frozen[1] : this.tab.columns;
    for (let n = column + 1; over > 0 && n < last; n += 1) {
      const next = this.rows.cell(row, n);
      if (!next || next.text || next.rule) break;
      room += widths[n];
      over -= widths[n];
    }
    return room;
  }
}
