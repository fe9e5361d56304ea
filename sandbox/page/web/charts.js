// Charts as drawings: bars that lie or stand, stacked or side by side, and lines.

import { drawn, lengthOf } from './dom.js';

const TEXT = { fill: '#3c4043', 'font-size': 12, 'font-family': 'Arial, "Liberation Sans", sans-serif' };

/** Round steps for an axis from 0 to at least `most`. */
function steps(most) {
  const rough = (most || 1) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 2.5, 5, 10].map((n) => n * power).find((n) => n >= rough);
  return Array.from({ length: Math.ceil((most || 1) / step - 1e-9) + 1 }, (_, n) => n * step);
}

const shown = (value) => String(Math.round(value * 100) / 100);

const text = (x, y, words, more = {}) => drawn('text', { x, y, ...TEXT, ...more }, words);

/** A drawing of a chart with its figures, in its size. */
export function chart({ title, kind, stacked, legend, place, labels, series }) {
  const { width, height } = place;
  const label = `${title}. ${labels
    .map((name, n) => name && `${name}: ${series.map((s) => shown(s.values[n] ?? 0)).join(', ')}`)
    .filter(Boolean)
    .join('; ')}`;
  const svg = drawn('svg', {
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: 'img',
    'aria-label': label,
    class: 'chart',
  });
  svg.append(text(20, 30, title, { 'font-size': 15, 'font-weight': 600, fill: '#202124' }));
  let top = 52;
  if (legend) {
    let x = 20;
    for (const { name, color } of series) {
      svg.append(
        drawn('rect', { x, y: top - 4, width: 11, height: 11, rx: 2, fill: color }),
        text(x + 17, top + 6, name),
      );
      x += 40 + lengthOf(name, { pixels: 12 });
    }
    top += 20;
  }
  const filled = labels.map((name, n) => n).filter((n) => labels[n] || series.some((s) => s.values[n]));
  const box = { top, width, height, filled, labels, series, stacked };
  if (!filled.length)
    svg.append(
      text(width / 2, height / 2, 'Nothing to show yet', { 'text-anchor': 'middle', fill: '#5f6368' }),
    );
  else if (kind === 'BAR') lying(svg, box);
  else standing(svg, box, kind);
  return svg;
}

/** The text, cut off with dots where it is longer than so many pixels. */
function fitted(words, room) {
  let kept = words;
  while (kept.length > 1 && lengthOf(kept, { pixels: 12 }) > room) kept = kept.slice(0, -1);
  return kept === words ? words : `${kept}…`;
}

/** The largest figure that the axis has to show. */
function reach({ filled, series, stacked }) {
  const of = (n) => series.map((s) => s.values[n] ?? 0);
  return Math.max(...filled.map((n) => (stacked ? of(n).reduce((a, b) => a + b, 0) : Math.max(...of(n)))), 0);
}

function lying(svg, box) {
  const { top, width, height, filled, labels, series, stacked } = box;
  const left = Math.min(
    30 + Math.max(...filled.map((n) => lengthOf(labels[n], { pixels: 12 }))),
    width * 0.42,
  );
  const ticks = steps(reach(box));
  const scale = (width - left - 44) / ticks.at(-1);
  const bottom = height - 32;
  for (const tick of ticks) {
    const x = left + tick * scale;
    svg.append(drawn('line', { x1: x, x2: x, y1: top, y2: bottom, stroke: tick ? '#e6e8eb' : '#9aa0a6' }));
    svg.append(
      text(x, bottom + 18, shown(tick), { 'text-anchor': 'middle', fill: '#5f6368', 'font-size': 11 }),
    );
  }
  const room = (bottom - top) / filled.length;
  filled.forEach((n, line) => {
    const y = top + line * room;
    svg.append(text(left - 8, y + room / 2 + 4, fitted(labels[n], left - 24), { 'text-anchor': 'end' }));
    let from = left;
    const thick = (room * 0.66) / (stacked ? 1 : series.length);
    series.forEach((each, at) => {
      const long = Math.max(each.values[n] ?? 0, 0) * scale;
      const bar = {
        x: from,
        y: y + room * 0.17 + (stacked ? 0 : at * thick),
        width: long,
        height: thick,
        fill: each.color,
      };
      svg.append(
        drawn('rect', bar, drawn('title', {}, `${labels[n]}: ${shown(each.values[n] ?? 0)} ${each.name}`)),
      );
      if (series.length === 1 && each.values[n] != null)
        svg.append(
          text(from + long + 5, y + room / 2 + 4, shown(each.values[n]), {
            fill: '#5f6368',
            'font-size': 11,
          }),
        );
      if (stacked) from += long;
    });
  });
}

function standing(svg, box, kind) {
  const { top, width, height, filled, labels, series, stacked } = box;
  const left = 52;
  const bottom = height - 40;
  const ticks = steps(reach(box));
  const scale = (bottom - top) / ticks.at(-1);
  for (const tick of ticks) {
    const y = bottom - tick * scale;
    svg.append(
      drawn('line', { x1: left, x2: width - 20, y1: y, y2: y, stroke: tick ? '#e6e8eb' : '#9aa0a6' }),
    );
    svg.append(
      text(left - 8, y + 4, shown(tick), { 'text-anchor': 'end', fill: '#5f6368', 'font-size': 11 }),
    );
  }
  const room = (width - left - 20) / filled.length;
  const middle = (line) => left + (line + 0.5) * room;
  filled.forEach((n, line) =>
    svg.append(text(middle(line), bottom + 18, labels[n], { 'text-anchor': 'middle', 'font-size': 11 })),
  );
  if (kind === 'LINE') {
    for (const each of series) {
      const points = filled
        .map((n, line) => `${middle(line)},${bottom - (each.values[n] ?? 0) * scale}`)
        .join(' ');
      svg.append(drawn('polyline', { points, fill: 'none', stroke: each.color, 'stroke-width': 2 }));
    }
    return;
  }
  filled.forEach((n, line) => {
    let base = bottom;
    const wide = (room * 0.66) / (stacked ? 1 : series.length);
    series.forEach((each, at) => {
      const tall = Math.max(each.values[n] ?? 0, 0) * scale;
      svg.append(
        drawn('rect', {
          x: middle(line) - room * 0.33 + (stacked ? 0 : at * wide),
          y: base - tall,
          width: wide,
          height: tall,
          fill: each.color,
        }),
      );
      if (stacked) base -= tall;
    });
  });
}
