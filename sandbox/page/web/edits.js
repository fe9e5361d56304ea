// What a person does to the workbook: each edit goes to the server, in turn, and is refused there in Google's words.

import { Away, get, post } from './api.js';
import { a1, areaName, fromClipboard, fromCsv, letters, toClipboard } from './cells.js';
import { confirmed, tell } from './dialogs.js';
import { say } from './dom.js';

const WARNS = 409;

export class Edits {
  /** `sheet` is on the screen; `book()` is the spreadsheet shown. */
  constructor(sheet, book) {
    this.sheet = sheet;
    this.book = book;
    this.turn = Promise.resolve();
  }

  /** Carries one edit out after those before it; resolves to whether it was done. */
  do(edit, more) {
    const asked = { spreadsheet: this.book().id, tab: this.sheet.tab.title, edit, warned: false, ...more };
    const done = this.turn.then(() => this.send(asked));
    this.turn = done.catch(() => {});
    return done;
  }

  async send(asked) {
    try {
      await post('person', asked);
      return true;
    } catch (error) {
      if (error instanceof Away) {
        await tell('Not saved', 'The local Google does not answer. Is it still running?');
        return false;
      }
      if (error.status === WARNS) {
        return (await confirmed('Heads up!', error.message)) && this.send({ ...asked, warned: true });
      }
      await tell('There was a problem', error.message);
      this.sheet.focus();
      return false;
    }
  }

  type(row, column, value) {
    return this.do('type', { cell: a1(row, column), value });
  }

  clear() {
    const area = this.sheet.chosen.area();
    return area && this.do('clear', { range: areaName(area) });
  }

  async paste(text) {
    const area = this.sheet.chosen.area();
    if (!area || !text) return;
    const rows = spread(fromClipboard(text), area);
    if (!(await this.put(area, rows))) return;
    const split = fromCsv(text);
    if (split) say('Pasted as one column.', ['Split text to columns', () => this.put(area, split)]);
  }

  /** Puts a block at the corner of an area, and selects it. */
  async put({ top, left }, rows) {
    const done = await this.do('paste', { cell: a1(top, left), rows });
    if (!done) return false;
    const width = Math.max(...rows.map((row) => row.length));
    const { tab } = this.sheet;
    this.sheet.chosen.choose({
      top,
      left,
      bottom: Math.min(top + rows.length, tab.rows) - 1,
      right: Math.min(left + width, tab.columns) - 1,
    });
    return true;
  }

  /** Splits what stands in the first column of the selection at its commas. */
  async split() {
    const { top, left, bottom } = this.sheet.chosen.area();
    const cells = [];
    for (let row = top; row <= bottom; row += 1) cells.push(this.sheet.rows.cell(row, left)?.text ?? '');
    const rows = fromCsv(cells.join('\n'));
    if (!rows)
      await tell(
        'Nothing to split',
        'The selected cells do not hold the same number of values between commas.',
      );
    else await this.put({ top, left }, rows);
  }

  /** The rows of the selection, as far down as anything stands; null where some are not known yet. */
  copied() {
    const { top, left, bottom, right } = this.copying();
    const rows = [];
    for (let row = top; row <= bottom; row += 1) {
      const cells = this.sheet.rows.getItem(row);
      if (!cells) return null;
      rows.push(cells.slice(left, right + 1).map((cell) => cell.text));
    }
    return toClipboard(rows);
  }

  /** The same, asked for where need be. */
  async fetched() {
    const { top, left, bottom, right } = this.copying();
    const rows = [];
    while (top + rows.length <= bottom) {
      const asked = {
        spreadsheet: this.book().id,
        tab: this.sheet.tab.id,
        from: top + rows.length,
        to: bottom + 1,
      };
      const said = await get('rows', asked);
      rows.push(...said.rows.map((cells) => cells.slice(left, right + 1).map(([text]) => text)));
    }
    return toClipboard(rows);
  }

  copying() {
    const area = this.sheet.chosen.area();
    return { ...area, bottom: Math.min(area.bottom, Math.max(this.sheet.tab.filled - 1, area.top)) };
  }

  insertRows(below) {
    const { top, bottom } = this.sheet.chosen.area();
    return this.do('insert_rows', { at: below ? bottom + 2 : top + 1, count: bottom - top + 1 });
  }

  deleteRows() {
    const { top, bottom } = this.sheet.chosen.area();
    return this.do('delete_rows', { at: top + 1, count: bottom - top + 1 });
  }

  insertColumns(right) {
    const area = this.sheet.chosen.area();
    return this.do('insert_columns', {
      at: letters(right ? area.right : area.left),
      after: right,
      count: area.right - area.left + 1,
    });
  }

  deleteColumns() {
    const { left, right } = this.sheet.chosen.area();
    return this.do('delete_columns', { at: letters(left), count: right - left + 1 });
  }

  resizeColumn(column, pixels) {
    return this.do('resize_columns', { at: letters(column), pixels });
  }

  sort(column, descending) {
    return this.do('sort', { column: letters(column), descending });
  }
}

/** The block as often as it goes into the area, as Google does it; a single cell fills the area. */
function spread(rows, { top, left, bottom, right }) {
  const height = bottom - top + 1;
  const width = right - left + 1;
  const most = Math.max(...rows.map((row) => row.length));
  if (
    height % rows.length ||
    width % most ||
    (height === rows.length && width === most) ||
    height * width > 100000
  )
    return rows;
  return Array.from({ length: height }, (_, n) =>
    Array.from({ length: width }, (__, m) => rows[n % rows.length][m % most] ?? ''),
  );
}
