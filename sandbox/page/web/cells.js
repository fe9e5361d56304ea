// Names of cells, and blocks of cells as the clipboard has them.

/** 0 -> A, 26 -> AA. */
export function letters(column) {
  let name = '';
  for (let n = column + 1; n > 0; n = Math.floor((n - 1) / 26))
    name = String.fromCharCode(65 + ((n - 1) % 26)) + name;
  return name;
}

/** A1 of a cell, 0-based. */
export const a1 = (row, column) => `${letters(column)}${row + 1}`;

/** A1 of an area `{top, left, bottom, right}`, all sides 0-based and inside. */
export function areaName({ top, left, bottom, right }) {
  return top === bottom && left === right ? a1(top, left) : `${a1(top, left)}:${a1(bottom, right)}`;
}

/** Rows of a text in which `separator` parts cells; a cell in quotes may hold anything. */
function parsed(text, separator) {
  const rows = [[]];
  let at = 0;
  while (at <= text.length) {
    let cell;
    const quoted = text[at] === '"' ? /^"((?:[^"]|"")*)"(?=$|[\r\n]|\t|,)/.exec(text.slice(at)) : null;
    if (
      quoted &&
      (at + quoted[0].length === text.length || `${separator}\r\n`.includes(text[at + quoted[0].length]))
    ) {
      cell = quoted[1].replaceAll('""', '"');
      at += quoted[0].length;
    } else {
      const end = text.slice(at).search(separator === '\t' ? /[\t\r\n]/ : /[,\r\n]/);
      cell = end < 0 ? text.slice(at) : text.slice(at, at + end);
      at += cell.length;
    }
    rows.at(-1).push(cell);
    if (at >= text.length) break;
    if (text[at] === separator) at += 1;
    else {
      at += text.startsWith('\r\n', at) ? 2 : 1;
      if (at >= text.length) break; // the end of the last line begins no row
      rows.push([]);
    }
  }
  return rows;
}

/** The block that a spreadsheet's clipboard text is. */
export const fromClipboard = (text) => parsed(text, '\t');

/** The block that a CSV text is; null where it does not look like one: the same number of commas in each line. */
export function fromCsv(text) {
  if (text.includes('\t') || !text.includes(',')) return null;
  const rows = parsed(text, ',').filter((row) => row.length > 1 || row[0].trim());
  return rows.length && rows.every((row) => row.length === rows[0].length) ? rows : null;
}

/** The clipboard's text for a block. */
export function toClipboard(rows) {
  const quoted = (text) => (/["\t\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  return rows.map((row) => row.map(quoted).join('\t')).join('\n');
}
