// What the mouse and the keys do on a sheet.

import { SHIFT } from './chosen.js';

export class Hands {
  constructor(sheet) {
    this.sheet = sheet;
    this.on = sheet.on;
    sheet.container.addEventListener('contextmenu', (event) => this.contextMenu(event));
  }

  get grid() {
    return this.sheet.grid;
  }

  get chosen() {
    return this.sheet.chosen;
  }

  /** Begins with a grid that is new: before the library's own parts, so that these leave alone what is done here. */
  begin() {
    this.grid.onKeyDown.subscribe((event) => this.key(event));
    this.grid.onClick.subscribe((event, at) => this.click(event, at));
    this.grid.onDblClick.subscribe((event, at) => {
      if (at.cell >= SHIFT) this.sheet.edit();
    });
    this.grid.onHeaderClick.subscribe((event, { column }) => this.chosen.chooseColumn(column, event));
  }

  click(event, at) {
    const target = event.target || event.getNativeEvent().target;
    const { row } = at;
    const column = at.cell - SHIFT;
    if (column < 0) {
      const from = event.shiftKey && this.chosen.active() ? this.chosen.active().row : row;
      this.chosen.spread(Math.min(from, row), 0, Math.max(from, row), this.sheet.tab.columns - 1);
      event.stopImmediatePropagation();
      this.sheet.focus();
    } else if (target.closest('.sorter')) {
      const { left, bottom } = target.getBoundingClientRect();
      this.on.filter(column, { x: left, y: bottom });
      event.stopImmediatePropagation();
    } else if (target.closest('.choose')) {
      this.grid.setActiveCell(row, at.cell);
      this.sheet.edit({ choosing: true });
      event.stopImmediatePropagation();
    } else if (target.closest('.tick')) {
      this.on.ticked(row, column, !target.closest('.tick').classList.contains('on'));
    } else if (event.shiftKey && this.chosen.active()) {
      this.chosen.reach(row, column);
      event.stopImmediatePropagation();
    }
  }

  contextMenu(event) {
    if (event.target.closest('.editor')) return;
    event.preventDefault();
    const at = this.grid.getCellFromEvent(event);
    const header = event.target.closest('.slick-header-column.letter');
    if (header)
      this.chosen.chooseColumn(
        this.grid.getColumns().find((column) => column.name === header.textContent),
        event,
      );
    else if (at) {
      const area = this.chosen.area();
      const column = at.cell - SHIFT;
      const inside =
        area &&
        at.row >= area.top &&
        at.row <= area.bottom &&
        (column < 0
          ? area.right - area.left + 1 === this.sheet.tab.columns
          : column >= area.left && column <= area.right);
      if (!inside && column < 0) this.chosen.spread(at.row, 0, at.row, this.sheet.tab.columns - 1);
      else if (!inside) this.chosen.choose({ top: at.row, bottom: at.row, left: column, right: column });
    }
    if (this.chosen.area()) this.on.menu(event, this.chosen.area());
  }

  key(event) {
    const native = event.getNativeEvent ? event.getNativeEvent() : event;
    const { key, ctrlKey, metaKey, altKey, shiftKey } = native;
    const command = ctrlKey || metaKey;
    const active = this.chosen.active();
    if (!active) return;
    let handled = true;
    if (command && key.toLowerCase() === 'a') this.chosen.chooseAll();
    else if (this.chosen.edge(key, command, active) && !shiftKey && !altKey)
      this.chosen.go(this.chosen.edge(key, command, active));
    else if (command || (altKey && key !== 'ArrowDown')) handled = false;
    else if (key === 'F2' || (key === 'Enter' && !shiftKey)) this.sheet.edit();
    else if (key === 'Enter') this.grid.navigateUp();
    else if (altKey) this.sheet.edit({ choosing: true });
    else if (key === 'Delete' || key === 'Backspace') this.on.cleared();
    else if (key === ' ' && active.cell?.rule?.kind === 'BOOLEAN')
      this.on.ticked(active.row, active.column, active.cell.text !== 'TRUE');
    else if (key === 'ContextMenu' || (key === 'F10' && shiftKey)) {
      const { left, bottom } = this.sheet.activeNode().getBoundingClientRect();
      this.on.menu({ clientX: left, clientY: bottom }, this.chosen.area());
    } else if (key.length === 1 && !native.isComposing) this.sheet.edit({ text: key });
    else handled = false;
    if (!handled) return;
    native.preventDefault();
    native.stopPropagation();
    event.stopImmediatePropagation();
  }
}
