// One tab on the screen: the grid library's grid over its rows, which cells are selected, and the editor in a cell.

import { areaName, letters } from './cells.js';
import { chart } from './charts.js';
import { Editor } from './editor.js';
import { Painter } from './painter.js';
import { Rows } from './rows.js';

/* global Slick */

const ROW_HEIGHT = 24;
const NUMBERS_WIDTH = 46;
const nonce = document.querySelector('meta[name="nonce"]').content;

/** The first column of the grid has the numbers of the rows: the library counts one column more than the tab has. */
const SHIFT = 1;

export class Sheet {
  /**
   * `on` is told: `selected(sheet)`, `edited(row, column, text)`, `menu(event, area)`, `filter(column, place)`,
   * `ticked(row, column, isOn)`, `typing(text)`, `cleared()`, `resized(column, pixels)`; `charts(tab)` gives the charts.
   */
  constructor(container, on) {
    this.container = container;
    this.on = on;
    this.memory = new Map();
    container.addEventListener('contextmenu', (event) => this.contextMenu(event));
    container.addEventListener(
      'mousedown',
      (event) => {
        if (!event.target.closest('.editor')) this.editor?.commit();
      },
      true,
    );
    new ResizeObserver(() => this.grid?.resizeCanvas()).observe(container);
  }

  // ---- a tab comes and goes

  /** Shows a tab, where it was left. Resolves when its rows are there. */
  async open(spreadsheet, tab) {
    this.close();
    this.tab = tab;
    this.rows = new Rows(spreadsheet, tab, (rows) => this.draw(rows));
    this.painter = new Painter(tab, this.rows);
    this.build();
    const { row = 0, column = 0, top = 0, left = 0 } = this.memory.get(tab.id) || {};
    await this.rows.want(top, top + this.visible());
    this.grid.scrollRowToTop(Math.min(top, tab.rows - 1));
    this.grid.getViewportNode(SHIFT + tab.frozen[1] + 1, tab.frozen[0])?.scrollTo({ left });
    this.grid.setActiveCell(Math.min(row, tab.rows - 1), Math.min(column, tab.columns - 1) + SHIFT);
  }

  close() {
    if (!this.grid) return;
    this.remember();
    this.editor?.close();
    this.grid.destroy();
    this.grid = null;
    this.container.replaceChildren();
  }

  remember() {
    const active = this.grid.getActiveCell();
    const viewport = this.grid.getViewport();
    const left = this.container.querySelector('.slick-viewport-right')?.scrollLeft || 0;
    this.memory.set(this.tab.id, {
      row: active?.row ?? 0,
      column: (active?.cell ?? SHIFT) - SHIFT,
      top: Math.max(viewport.top, 0),
      left,
    });
  }

  build() {
    const { tab } = this;
    const options = {
      rowHeight: ROW_HEIGHT,
      nonce,
      enableHtmlRendering: false,
      enableColumnReorder: false,
      editable: false,
      explicitInitialization: true,
      frozenColumn: Math.min(tab.frozen[1], tab.columns - 1),
      frozenRow: tab.frozen[0] || -1,
      multiColumnSort: false,
      enableTextSelectionOnCells: false,
      scrollRenderThrottling: 30,
      selectedCellCssClass: 'chosen',
      invalidColumnFreezeWidthCallback: () => {},
      invalidColumnFreezePickerCallback: () => {},
      emulatePagingWhenScrolling: false,
    };
    this.grid = new Slick.Grid(this.container, this.rows, this.columns(), options);
    // Before the library's own subscribers, so that what is handled here is not handled again there.
    this.grid.onKeyDown.subscribe((event) => this.key(event));
    const selector = new Slick.CellRangeSelector({
      selectionCss: { border: '1px solid #0b57d0', background: 'rgba(11,87,208,.1)' },
    });
    this.selection = new Slick.CellSelectionModel({ cellRangeSelector: selector });
    this.grid.setSelectionModel(this.selection);
    this.selection.onSelectedRangesChanged.subscribe(() => this.on.selected(this));
    this.grid.onViewportChanged.subscribe(() => this.look());
    this.grid.onScroll.subscribe(() => this.look());
    this.grid.onClick.subscribe((event, at) => this.click(event, at));
    this.grid.onDblClick.subscribe((event, at) => {
      if (at.cell >= SHIFT) this.edit();
    });
    this.grid.onColumnsResized.subscribe((event, { triggeredByColumn }) => this.resized(triggeredByColumn));
    this.grid.onHeaderClick.subscribe((event, { column }) => this.chooseColumn(column, event));
    this.container.classList.toggle('framed', tab.frozen[0] > 0);
    this.grid.init();
    // The library lets the Tab key stop at each of its boxes: one stop is enough.
    for (const box of this.container.querySelectorAll('.slick-pane, .slick-viewport, .grid-canvas'))
      box.tabIndex = -1;
    this.drawCharts();
  }

  columns() {
    const numbers = {
      id: 'number',
      name: '',
      field: 'number',
      width: NUMBERS_WIDTH,
      cssClass: 'number',
      headerCssClass: 'number',
      focusable: false,
      selectable: false,
      resizable: false,
      formatter: (row) => String(row + 1),
    };
    const own = Array.from({ length: this.tab.columns }, (_, n) => ({
      id: `c${n}`,
      name: letters(n),
      field: String(n),
      width: this.tab.widths[n] || 21,
      minWidth: 21,
      hidden: !this.tab.widths[n],
      headerCssClass: 'letter',
      formatter: (row, cell, value) => this.painter.node(row, n, value),
    }));
    return [numbers, ...own];
  }

  // ---- rows come into view, and change

  visible() {
    return Math.ceil(this.container.clientHeight / ROW_HEIGHT) + 5;
  }

  look() {
    clearTimeout(this.looking);
    this.looking = setTimeout(() => {
      if (!this.grid) return;
      const { top, bottom } = this.grid.getViewport();
      this.rows.want(Math.max(top - 20, 0), bottom + 20).catch(() => {});
    }, 40);
  }

  draw(rows) {
    if (!this.grid) return;
    this.grid.invalidateRows(rows);
    this.grid.render();
    this.on.selected(this);
  }

  /** The tab has changed, perhaps in its shape. Resolves when what is in view is shown anew. */
  async refresh(tab) {
    const shape = ({ rows, filled, ...rest }) => JSON.stringify(rest);
    if (shape(tab) !== shape(this.tab)) {
      this.editor?.commit();
      await this.open(this.rows.spreadsheet, tab);
      return;
    }
    this.tab = tab;
    this.rows.outdate(tab);
    this.grid.updateRowCount();
    const { top, bottom } = this.grid.getViewport();
    await this.rows.want(Math.max(top - 20, 0), bottom + 20);
    if (tab.charts) await this.drawCharts();
  }

  async drawCharts() {
    if (!this.tab.charts) return;
    const { tab, grid } = this;
    const charts = await this.on.charts(tab);
    if (grid !== this.grid) return;
    const canvases = [...this.container.querySelectorAll('.grid-canvas-right')];
    const canvas = tab.frozen[0] ? canvases[1] : canvases[0];
    for (const old of this.container.querySelectorAll('svg.chart')) old.remove();
    for (const each of charts) {
      const drawing = chart(each);
      const left =
        this.tab.widths.slice(tab.frozen[1], each.place.column).reduce((sum, width) => sum + width, 0) +
        each.place.x;
      drawing.style.left = `${left}px`;
      drawing.style.top = `${(each.place.row - tab.frozen[0]) * ROW_HEIGHT + each.place.y}px`;
      canvas.append(drawing);
    }
  }

  resized(id) {
    const at = this.grid.getColumnIndex(id);
    if (at >= SHIFT) this.on.resized(at - SHIFT, Math.round(this.grid.getColumns()[at].width));
  }

  // ---- what is selected

  /** `{top, left, bottom, right}` of the selection, in the tab's own counting; null where there is none. */
  area() {
    const range = this.selection?.getSelectedRanges().at(-1);
    if (!range) return null;
    return {
      top: Math.min(range.fromRow, range.toRow),
      bottom: Math.max(range.fromRow, range.toRow),
      left: Math.max(Math.min(range.fromCell, range.toCell) - SHIFT, 0),
      right: Math.max(range.fromCell, range.toCell) - SHIFT,
    };
  }

  /** The cell of which the bar above tells. */
  active() {
    const at = this.grid?.getActiveCell();
    return at
      ? { row: at.row, column: at.cell - SHIFT, cell: this.rows.cell(at.row, at.cell - SHIFT) }
      : null;
  }

  activeNode() {
    return this.grid?.getActiveCellNode();
  }

  choose({ top, left, bottom, right }) {
    this.grid.setActiveCell(top, left + SHIFT);
    this.selection.setSelectedRanges([new Slick.Range(top, left + SHIFT, bottom, right + SHIFT)]);
  }

  chooseColumn(column, event) {
    const at = this.grid.getColumnIndex(column.id) - SHIFT;
    if (at < 0) this.chooseAll();
    else {
      const from = event.shiftKey ? (this.active()?.column ?? at) : at;
      this.spread(0, Math.min(from, at), this.tab.rows - 1, Math.max(from, at));
    }
    this.focus();
  }

  chooseAll() {
    this.spread(0, 0, this.tab.rows - 1, this.tab.columns - 1);
  }

  /** Selects an area that may be as large as the tab, without scrolling there. */
  spread(top, left, bottom, right) {
    const { row } = this.grid.getActiveCell() || { row: 0 };
    this.grid.setActiveCell(
      bottom === this.tab.rows - 1 && top === 0
        ? Math.max(this.grid.getViewport().top, 0)
        : row >= top && row <= bottom
          ? row
          : top,
      left + SHIFT,
      false,
      true,
      true,
    );
    this.selection.setSelectedRanges([new Slick.Range(top, left + SHIFT, bottom, right + SHIFT)]);
  }

  focus() {
    this.grid?.focus();
  }

  /** Whether what is typed or pasted now is meant for the cells. */
  get hasFocus() {
    const focused = document.activeElement;
    return (this.container.contains(focused) && !focused.closest('.editor')) || focused === document.body;
  }

  // ---- the mouse and the keys

  click(event, at) {
    const target = event.target || event.getNativeEvent().target;
    const { row } = at;
    const column = at.cell - SHIFT;
    if (column < 0) {
      const from = event.shiftKey && this.active() ? this.active().row : row;
      this.spread(Math.min(from, row), 0, Math.max(from, row), this.tab.columns - 1);
      event.stopImmediatePropagation();
      this.focus();
    } else if (target.closest('.sorter')) {
      const { left, bottom } = target.getBoundingClientRect();
      this.on.filter(column, { x: left, y: bottom });
      event.stopImmediatePropagation();
    } else if (target.closest('.choose')) {
      this.grid.setActiveCell(row, at.cell);
      this.edit({ choosing: true });
      event.stopImmediatePropagation();
    } else if (target.closest('.tick')) {
      this.on.ticked(row, column, !target.closest('.tick').classList.contains('on'));
    } else if (event.shiftKey && this.active()) {
      const from = this.active();
      this.selection.setSelectedRanges([new Slick.Range(from.row, from.column + SHIFT, row, at.cell)]);
      event.stopImmediatePropagation();
    }
  }

  contextMenu(event) {
    if (event.target.closest('.editor')) return;
    event.preventDefault();
    const at = this.grid.getCellFromEvent(event);
    const header = event.target.closest('.slick-header-column.letter');
    if (header)
      this.chooseColumn(
        this.grid.getColumns().find((column) => column.name === header.textContent),
        event,
      );
    else if (at) {
      const area = this.area();
      const column = at.cell - SHIFT;
      const inside =
        area &&
        at.row >= area.top &&
        at.row <= area.bottom &&
        (column < 0
          ? area.right - area.left + 1 === this.tab.columns
          : column >= area.left && column <= area.right);
      if (!inside && column < 0) this.spread(at.row, 0, at.row, this.tab.columns - 1);
      else if (!inside) this.choose({ top: at.row, bottom: at.row, left: column, right: column });
    }
    if (this.area()) this.on.menu(event, this.area());
  }

  key(event) {
    const native = event.getNativeEvent ? event.getNativeEvent() : event;
    const { key, ctrlKey, metaKey, altKey, shiftKey } = native;
    const command = ctrlKey || metaKey;
    const active = this.active();
    if (!active) return;
    let handled = true;
    if (command && key.toLowerCase() === 'a') this.chooseAll();
    else if (this.edge(key, command, active) && !shiftKey && !altKey)
      this.go(this.edge(key, command, active));
    else if (command || (altKey && key !== 'ArrowDown')) handled = false;
    else if (key === 'F2' || (key === 'Enter' && !shiftKey)) this.edit();
    else if (key === 'Enter') this.grid.navigateUp();
    else if (altKey) this.edit({ choosing: true });
    else if (key === 'Delete' || key === 'Backspace') this.on.cleared();
    else if (key === ' ' && active.cell?.rule?.kind === 'BOOLEAN')
      this.on.ticked(active.row, active.column, active.cell.text !== 'TRUE');
    else if (key === 'ContextMenu' || (key === 'F10' && shiftKey)) {
      const { left, bottom } = this.activeNode().getBoundingClientRect();
      this.on.menu({ clientX: left, clientY: bottom }, this.area());
    } else if (key.length === 1 && !native.isComposing) this.edit({ text: key });
    else handled = false;
    if (!handled) return;
    native.preventDefault();
    native.stopPropagation();
    event.stopImmediatePropagation();
  }

  /** The cell at the edge of what is filled to which a key leads; null for other keys. */
  edge(key, command, { row, column }) {
    const last = Math.max(this.tab.filled - 1, 0);
    const across = () => (this.rows.getItem(row) ?? []).findLastIndex((cell) => cell.text);
    const way = `${command ? 'Ctrl+' : ''}${key}`;
    return (
      {
        Home: () => [row, 0],
        End: () => [row, this.tab.columns - 1],
        'Ctrl+Home': () => [0, 0],
        'Ctrl+End': () => [last, this.tab.columns - 1],
        'Ctrl+ArrowUp': () => [0, column],
        'Ctrl+ArrowDown': () => [row < last ? last : this.tab.rows - 1, column],
        'Ctrl+ArrowLeft': () => [row, 0],
        'Ctrl+ArrowRight': () => [row, column < across() ? across() : this.tab.columns - 1],
      }[way]?.() ?? null
    );
  }

  go([row, column]) {
    this.grid.scrollRowIntoView(row);
    this.grid.setActiveCell(row, column + SHIFT);
    if (row < this.tab.frozen[0]) this.grid.scrollRowToTop(0);
  }

  // ---- the editor

  /** Opens an editor in the active cell: with what is in it, or with a first letter typed. */
  edit({ text = null, choosing = false } = {}) {
    const active = this.active();
    if (!active || this.editor) return;
    this.grid.scrollCellIntoView(active.row, active.column + SHIFT);
    const { row, column, cell } = active;
    const old = cell?.edit ?? cell?.text ?? '';
    this.editor = new Editor({
      node: this.activeNode(),
      text: text ?? old,
      choices: cell?.rule?.choices,
      choosing: choosing || (text !== null && Boolean(cell?.rule?.choices)),
      typed: text !== null,
      ended: (typed, step) => {
        this.editor = null;
        this.focus();
        if (typed !== null && typed !== old) this.on.edited(row, column, typed);
        if (step === 'down') this.grid.navigateDown();
        if (step === 'up') this.grid.navigateUp();
        if (step === 'next') this.grid.navigateNext();
        if (step === 'back') this.grid.navigatePrev();
      },
      changed: (typed) => this.on.typing(typed),
    });
  }

  get name() {
    const area = this.area();
    return area ? areaName(area) : '';
  }
}
