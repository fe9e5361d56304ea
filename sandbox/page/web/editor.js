// The editor in a cell.

import { element } from './dom.js';

/** A field over a cell, and below it the words to choose from where there are any. */
export class Editor {
  constructor({ node, text, choices, choosing, typed, ended, changed }) {
    this.ended = ended;
    this.choices = choices || [];
    this.typed = typed;
    this.field = element('textarea', {
      className: 'field',
      rows: 1,
      spellcheck: false,
      autocomplete: 'off',
      'aria-label': 'Edit the cell',
    });
    this.box = element('div', { className: 'editor' }, this.field);
    this.field.value = text;
    const canvas = node.closest('.grid-canvas');
    const row = node.closest('.slick-row');
    this.box.style.left = `${node.offsetLeft}px`;
    this.box.style.top = `${row.offsetTop}px`;
    this.field.style.minWidth = `${node.offsetWidth}px`;
    this.field.style.minHeight = `${node.offsetHeight}px`;
    canvas.append(this.box);
    for (const kind of ['mousedown', 'mouseup', 'click', 'dblclick', 'pointerdown'])
      this.box.addEventListener(kind, (event) => event.stopPropagation());
    this.field.addEventListener('keydown', (event) => this.key(event));
    this.field.addEventListener('input', () => {
      this.fit();
      changed(this.field.value);
      if (this.list) this.offer(this.field.value);
    });
    this.field.addEventListener('blur', (event) => {
      if (!this.list?.contains(event.relatedTarget)) this.commit();
    });
    this.field.focus({ preventScroll: true });
    this.field.setSelectionRange(text.length, text.length);
    this.fit();
    if (choosing) this.offer(typed ? text : '');
  }

  fit() {
    const { field } = this;
    field.style.width = '0';
    field.style.height = '0';
    field.style.width = `${Math.min(field.scrollWidth + 12, 520)}px`;
    field.style.height = `${Math.min(field.scrollHeight, 260)}px`;
  }

  offer(part) {
    this.list?.remove();
    const fitting = this.choices.filter((word) => word.toLowerCase().startsWith(part.trim().toLowerCase()));
    const { left, bottom } = this.field.getBoundingClientRect();
    this.list = element(
      'div',
      { className: 'menu choices', role: 'listbox', 'aria-label': 'Choices' },
      ...fitting.map((word) =>
        element(
          'div',
          {
            role: 'option',
            className: 'option',
            'aria-selected': 'false',
            onmousedown: (event) => {
              event.preventDefault();
              event.stopPropagation();
              this.close(word, '');
            },
          },
          word,
        ),
      ),
    );
    if (!fitting.length) return;
    document.body.append(this.list);
    this.list.style.left = `${left}px`;
    this.list.style.top = `${Math.min(bottom + 2, innerHeight - this.list.offsetHeight - 8)}px`;
    this.list.style.minWidth = `${this.field.offsetWidth}px`;
    this.at = fitting.findIndex((word) => word === this.field.value);
    if (this.typed && this.at < 0) this.at = 0;
    this.mark();
  }

  mark() {
    [...this.list.children].forEach((option, n) =>
      option.setAttribute('aria-selected', String(n === this.at)),
    );
  }

  key(event) {
    event.stopPropagation();
    const { key } = event;
    const count = this.list?.isConnected ? this.list.children.length : 0;
    if (key === 'Escape') this.close(null, '');
    else if (count && (key === 'ArrowDown' || key === 'ArrowUp')) {
      this.at = (this.at + (key === 'ArrowDown' ? 1 : -1) + count) % count;
      this.mark();
    } else if (key === 'Enter' && (event.altKey || event.ctrlKey || event.metaKey)) {
      this.field.setRangeText('\n', this.field.selectionStart, this.field.selectionEnd, 'end');
      this.fit();
    } else if (key === 'Enter' && count && this.at >= 0)
      this.close(this.list.children[this.at].textContent, 'down');
    else if (key === 'Enter') this.commit(event.shiftKey ? 'up' : 'down');
    else if (key === 'Tab') this.commit(event.shiftKey ? 'back' : 'next');
    else if (this.typed && ['ArrowDown', 'ArrowUp'].includes(key))
      this.commit(key === 'ArrowUp' ? 'up' : 'down');
    else if (event.altKey && key === 'ArrowDown' && this.choices.length) this.offer('');
    else return;
    event.preventDefault();
  }

  commit(step = '') {
    this.close(this.field.value, step);
  }

  close(text = null, step = '') {
    if (this.done) return;
    this.done = true;
    this.list?.remove();
    this.box.remove();
    this.ended(text, step);
  }
}
