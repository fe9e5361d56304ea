// What the menus offer for the selected cells.

import { letters } from './cells.js';

const count = (n, one, many) => (n === 1 ? `1 ${one}` : `${n} ${many}`);

function sizes({ sheet }) {
  const area = sheet.chosen.area() || { top: 0, left: 0, bottom: 0, right: 0 };
  return {
    rows: count(area.bottom - area.top + 1, 'row', 'rows'),
    columns: count(area.right - area.left + 1, 'column', 'columns'),
    column: area.left,
  };
}

/** The entries for sorting the tab by a column. */
export function sortMenu({ edits }, column) {
  const name = `column ${letters(column)}`;
  return [
    { label: `Sort sheet by ${name}, A to Z`, action: () => edits.sort(column, false) },
    { label: `Sort sheet by ${name}, Z to A`, action: () => edits.sort(column, true) },
  ];
}

const rowItems = ({ edits }, rows) => [
  { label: `Insert ${rows} above`, action: () => edits.insertRows(false) },
  { label: `Insert ${rows} below`, action: () => edits.insertRows(true) },
];

const columnItems = ({ edits }, columns) => [
  { label: `Insert ${columns} left`, action: () => edits.insertColumns(false) },
  { label: `Insert ${columns} right`, action: () => edits.insertColumns(true) },
];

/** The menu at the pointer; of whole rows or columns it offers only what is done with those. */
export function cellMenu(page) {
  const { edits, sheet } = page;
  const { rows, columns, column } = sizes(page);
  const { top, left, bottom, right } = sheet.chosen.area();
  const allColumns = left === 0 && right === sheet.tab.columns - 1;
  const allRows = top === 0 && bottom === sheet.tab.rows - 1;
  const ofRows = [...rowItems(page, rows), { label: `Delete ${rows}`, action: () => edits.deleteRows() }];
  const ofColumns = [
    ...columnItems(page, columns),
    { label: `Delete ${columns}`, action: () => edits.deleteColumns() },
  ];
  return [
    { label: 'Edit cell', hint: 'Enter', action: () => sheet.edit() },
    { label: 'Clear', hint: 'Delete', action: () => edits.clear() },
    ...(allRows && !allColumns ? [] : [null, ...ofRows]),
    ...(allColumns ? [] : [null, ...ofColumns, null, ...sortMenu(page, column)]),
  ];
}

/** The menus of the bar, but for those that the script adds. */
export function workbookMenus(page) {
  const { edits, sheet, tabs } = page;
  return [
    {
      label: 'Edit',
      items: () => [
        { label: 'Edit cell', hint: 'Enter', action: () => sheet.edit() },
        {
          label: 'Copy',
          hint: 'Ctrl+C',
          action: () => {
            sheet.focus();
            document.execCommand('copy');
          },
        },
        {
          label: 'Cut',
          hint: 'Ctrl+X',
          action: () => {
            sheet.focus();
            document.execCommand('cut');
          },
        },
        { label: 'Paste: press', hint: 'Ctrl+V', disabled: true },
        { label: 'Clear', hint: 'Delete', action: () => edits.clear() },
        null,
        { label: `Delete ${sizes(page).rows}`, action: () => edits.deleteRows() },
        { label: `Delete ${sizes(page).columns}`, action: () => edits.deleteColumns() },
      ],
    },
    {
      label: 'View',
      items: () => [
        {
          label: 'Hidden tabs',
          checked: tabs.withHidden,
          action: () => {
            tabs.withHidden = !tabs.withHidden;
          },
        },
      ],
    },
    {
      label: 'Insert',
      items: () => [...rowItems(page, sizes(page).rows), null, ...columnItems(page, sizes(page).columns)],
    },
    {
      label: 'Data',
      items: () => [
        ...sortMenu(page, sizes(page).column),
        null,
        { label: 'Split text to columns', action: () => edits.split() },
      ],
    },
  ];
}
