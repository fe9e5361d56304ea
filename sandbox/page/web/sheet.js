// One tab on the screen: the grid library's grid over its rows, its charts, and the editor in a cell.

import { letters } from './cells.js';
import { chart } from './charts.js';
import { Chosen, SHIFT } from './chosen.js';
import { Editor } from './editor.js';
import { Hands } from './hands.js';
import { Painter } from './painter.js';
import { Rows } from './rows.js';

/* global Slick */

const ROW_HEIGHT = 24;
const NUMBERS_WIDTH = 46;
const nonce = document.querySelector('meta[name="nonce"]').content;

export class Sheet {
  /**
   * `on` is told: `selected(sheet)`, `edited(row, column, text)`, `menu(event, area)`, `filter(column, place)`,
   * `ticked(row, column, isOn)`, `typing(text)`, `cleared()`, `resized(column, pixels)`; `charts(tab)` gives the charts.
   */
  constructor(container, on) {
    this.container = container;
    this.on = on;
    this.memory = new Map();
    this.chosen = new Chosen(this);
    this.hands = new Hands(this);
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
    const { grid } = this;
    const { row = 0, column = 0, top = 0, left = 0 } = this.memory.get(tab.id) || {};
    await this.rows.want(top, top + this.visible());
    if (grid !== this.grid) return; // somebody has gone on to another tab
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
    this.hands.begin();
    this.chosen.begin();
    this.grid.onViewportChanged.subscribe(() => this.look());
    this.grid.onScroll.subscribe(() => this.look());
    this.grid.onColumnsResized.subscribe((event, { triggeredByColumn }) => this.resized(triggeredByColumn));
    this.container.classList.toggle('framed', tab.frozen[0] > 0);
    this.grid.init();
    // The library lets the Tab key stop at each of its boxes: one stop is enough.
    for (const box of this.container.querySelectorAll('.slick-pane, .slick-viewport, .grid-canvas'))
      box.tabIndex = -1;
    this.drawCharts().catch(() => {}); // they come with the next change
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

  focus() {
    this.grid?.focus();
  }

  /** Whether what is typed or pasted now is meant for the cells. */
  get hasFocus() {
    const focused = document.activeElement;
    return (this.container.contains(focused) && !focused.closest('.editor')) || focused === document.body;
  }

  activeNode() {
    return this.grid?.getActiveCellNode();
  }

  // ---- the editor

  /** Opens an editor in the active cell: with what is in it, or with a first letter typed. */
  edit({ text = null, choosing = false } = {}) {
    const active = this.chosen.active();
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
}
