// Which cells of a sheet are selected, and where the keys lead that jump.

import { areaName } from './cells.js';

/* global Slick */

/** The first column of the grid has the numbers of the rows: the library counts one column more than the tab has. */
export const SHIFT = 1;

export class Chosen {
  constructor(sheet) {
    this.sheet = sheet;
  }

  get grid() {
    return this.sheet.grid;
  }

  get tab() {
    return this.sheet.tab;
  }

  /** Begins with a grid that is new. */
  begin() {
    const selector = new Slick.CellRangeSelector({
      selectionCss: { border: '1px solid #0b57d0', background: 'rgba(11,87,208,.1)' },
    });
    this.model = new Slick.CellSelectionModel({ cellRangeSelector: selector });
    this.grid.setSelectionModel(this.model);
    this.model.onSelectedRangesChanged.subscribe(() => this.sheet.on.selected(this.sheet));
  }

  /** `{top, left, bottom, right}` of the selection, in the tab's own counting; null where there is none. */
  area() {
    const range = this.model?.getSelectedRanges().at(-1);
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
      ? { row: at.row, column: at.cell - SHIFT, cell: this.sheet.rows.cell(at.row, at.cell - SHIFT) }
      : null;
  }

  choose({ top, left, bottom, right }) {
    this.grid.setActiveCell(top, left + SHIFT);
    this.model.setSelectedRanges([new Slick.Range(top, left + SHIFT, bottom, right + SHIFT)]);
  }

  chooseColumn(column, event) {
    const at = this.grid.getColumnIndex(column.id) - SHIFT;
    if (at < 0) this.chooseAll();
    else {
      const from = event.shiftKey ? (this.active()?.column ?? at) : at;
      this.spread(0, Math.min(from, at), this.tab.rows - 1, Math.max(from, at));
    }
    this.sheet.focus();
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
    this.model.setSelectedRanges([new Slick.Range(top, left + SHIFT, bottom, right + SHIFT)]);
  }

  /** Selects from the active cell to this one. */
  reach(row, column) {
    const from = this.active();
    this.model.setSelectedRanges([new Slick.Range(from.row, from.column + SHIFT, row, column + SHIFT)]);
  }

  /** The cell at the edge of what is filled to which a key leads; null for other keys. */
  edge(key, command, { row, column }) {
    const last = Math.max(this.tab.filled - 1, 0);
    const across = () => (this.sheet.rows.getItem(row) ?? []).findLastIndex((cell) => cell.text);
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

  /** The selection as A1, empty where there is none. */
  get name() {
    const area = this.area();
    return area ? areaName(area) : '';
  }
}
