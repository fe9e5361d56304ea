// The card beside a cell: the note of a header, what a validation wants, what is wrong with a formula.

import { element } from './dom.js';

const PATIENCE_MS = 350;

export class Tip {
  constructor(card, container, sheet) {
    this.card = card;
    this.sheet = sheet;
    container.addEventListener('mouseover', (event) => this.over(event));
    container.addEventListener('mouseleave', () => this.over(null));
    container.addEventListener('wheel', () => this.hide(), { passive: true });
    for (const kind of ['keydown', 'mousedown']) {
      container.addEventListener(kind, () => (this.isWanted = true), true);
    }
    document.addEventListener('focusin', () => this.focused());
    document.addEventListener('keydown', (event) => {
      if (event.key === 'Escape') this.hide();
    });
  }

  over(event) {
    clearTimeout(this.timer);
    const node = event?.target.closest?.('.slick-cell');
    const at = node && this.sheet.grid?.getCellFromEvent(event);
    if (!at) {
      this.timer = setTimeout(() => this.focused(), PATIENCE_MS);
      return;
    }
    const cell = this.sheet.rows.cell(at.row, at.cell - 1);
    this.timer = setTimeout(
      () => (this.words(cell).length ? this.show(cell, node) : this.focused()),
      PATIENCE_MS,
    );
  }

  /** Another tab was opened: nobody has chosen a cell in it yet. */
  rest() {
    this.isWanted = false;
    this.hide();
  }

  /** Shows what belongs to the active cell, once somebody has chosen it. */
  focused() {
    const { sheet } = this;
    const cell = sheet.chosen.active()?.cell;
    if (this.isWanted && !sheet.editor && sheet.hasFocus && cell && this.words(cell, true).length)
      this.show(cell, sheet.activeNode(), true);
    else this.hide();
  }

  words(cell, isActive = false) {
    if (!cell) return [];
    const said = [];
    if (cell.error) said.push(['Error', cell.error]);
    if (cell.bad)
      said.push([
        'Invalid',
        cell.rule.choices
          ? `It should be one of ${cell.rule.choices.join(', ')}.`
          : cell.rule.help || 'The cell does not hold what it should.',
      ]);
    if (cell.note) said.push(['', cell.note]);
    else if (isActive && cell.rule?.help && !cell.bad) said.push(['', cell.rule.help]);
    return said;
  }

  show(cell, node, isActive = false) {
    if (!node?.isConnected) return;
    this.card.replaceChildren(
      ...this.words(cell, isActive).map(([head, text]) =>
        element('p', {}, ...(head ? [element('b', {}, head), ' '] : []), text),
      ),
    );
    this.card.hidden = false;
    const { left, right, top } = node.getBoundingClientRect();
    const x = right + 6 + this.card.offsetWidth > innerWidth ? left - this.card.offsetWidth - 6 : right + 6;
    this.card.style.left = `${Math.max(4, x)}px`;
    this.card.style.top = `${Math.min(top, innerHeight - this.card.offsetHeight - 8)}px`;
  }

  hide() {
    this.card.hidden = true;
  }
}
