import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { DrawnPanel, Range } from './panels.ts';

const resolve = createRequire(import.meta.url).resolve;
const WIDTH = 1440;

const STYLE = `
  body { margin: 0; background: #0f1117; color: #ccccdc; font: 13px/1.4 'Inter', 'Open Sans', 'DejaVu Sans', sans-serif; }
  #page { width: ${WIDTH}px; padding: 14px 16px 18px; box-sizing: border-box; }
  header { display: flex; align-items: baseline; gap: 12px; padding: 0 2px 10px; }
  header h1 { font-size: 20px; font-weight: 600; margin: 0; color: #fff; }
  header span { color: #8e8ea0; }
  header span:last-child { margin-left: auto; }
  #grid { position: relative; }
  .row { position: absolute; display: flex; align-items: center; font-weight: 600; color: #dcdce6; font-size: 14px; }
  .row::before { content: '▾'; margin-right: 8px; color: #8e8ea0; }
  .panel { position: absolute; background: #181b1f; border: 1px solid #24272e; border-radius: 4px; overflow: hidden; }
  .panel h2 { margin: 0; padding: 7px 11px 0; font-size: 13px; font-weight: 600; color: #dcdce6; }
  .panel .value { font-size: 34px; font-weight: 600; position: absolute; left: 0; right: 0; top: 34px; text-align: center; z-index: 1; }
  .panel .spark { position: absolute; left: 0; right: 0; bottom: 0; }
  .legend { position: absolute; left: 12px; right: 12px; bottom: 7px; display: flex; flex-wrap: wrap; gap: 1px 14px; height: 17px; overflow: hidden; font-size: 11.5px; color: #b0b0c0; }
  .legend i { display: inline-block; width: 12px; height: 3px; border-radius: 2px; margin-right: 6px; vertical-align: middle; }
  .u-legend { display: none; }
`;

/** Draws everything; runs in the page, after uPlot. */
const SCRIPT = `
const { panels, times } = DATA;
const COLOURS = ['#73bf69', '#f2cc0c', '#5794f2', '#ff9830', '#f2495c', '#b877d9', '#8ab8ff', '#96d98d', '#fade2a', '#ffa6b0'];
const NAMED = { green: '#73bf69', orange: '#ff9830', red: '#f2495c' };
const STATUS = { 2: ['#73bf69', '#37872d'], 3: ['#5794f2', '#1f60c4'], 4: ['#f2cc0c', '#ff9830'], 5: ['#f2495c', '#c4162a'] };
const GRID = { cell: ${WIDTH - 32} / 24, row: 34, gap: 8 };
const digits = (value) => (Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2);
const trim = (text) => text.replace(/\\.?0+$/, (zeros) => (text.includes('.') ? '' : zeros));
function format(value, unit) {
  if (value === null || value === undefined) return '';
  if (unit === 'percentunit') return trim((value * 100).toFixed(digits(value * 100))) + ' %';
  if (unit === 's') return value < 1 ? trim((value * 1000).toFixed(digits(value * 1000))) + ' ms' : trim(value.toFixed(2)) + ' s';
  if (unit === 'reqps') return trim(value.toFixed(digits(value))) + ' req/s';
  return Math.abs(value) >= 10000 ? trim((value / 1000).toFixed(1)) + ' k' : trim(value.toFixed(digits(value)));
}
function element(parent, name, className, text) {
  const made = document.createElement(name);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  parent.append(made);
  return made;
}
const last = (values) => values.findLast((value) => value !== null);
const colourOf = (name, index) => (/^[1-5]\\d\\d$/.test(name) ? STATUS[name[0]][name.endsWith('0') ? 0 : 1] : COLOURS[index % COLOURS.length]);
function axes(unit) {
  const font = '11px sans-serif';
  const common = { stroke: '#8e8ea0', font, ticks: { show: false }, grid: { stroke: '#ffffff10', width: 1 } };
  return [
    { ...common, size: 26, space: 90, values: (_, ticks) => ticks.map((t) => new Date(t * 1000).toISOString().slice(11, 16)) },
    { ...common, size: 66, space: 34, values: (_, ticks) => ticks.map((t) => format(t, unit)) },
  ];
}
function stat(box, { panel, lines }, width, height) {
  const { unit, thresholds } = panel.fieldConfig.defaults;
  const values = lines[0]?.values ?? [];
  const value = last(values) ?? 0;
  const colour = NAMED[(thresholds?.steps ?? []).filter((step) => step.value === null || value >= step.value).at(-1)?.color] ?? COLOURS[0];
  element(box, 'div', 'value', format(value, unit)).style.color = colour;
  const spark = element(box, 'div', 'spark');
  const series = [{}, { stroke: colour, width: 1.2, fill: colour + '22', points: { show: false } }];
  new uPlot({ width, height: height * 0.42, padding: [4, 0, 0, 0], axes: [{ show: false }, { show: false }], cursor: { show: false }, series }, [times, values], spark);
}
function timeseries(box, { panel, lines }, width, height) {
  const { unit, min, max } = panel.fieldConfig.defaults;
  const area = lines.length <= 2 ? '18' : '0c';
  const series = lines.map(({ name }, index) => ({ label: name, stroke: colourOf(name, index), width: 1.5, fill: colourOf(name, index) + area, points: { show: false } }));
  const range = (_, low, high) => [min ?? low, max ?? (high > 0 ? high * 1.12 : 1)];
  new uPlot({ width, height: height - 54, axes: axes(unit), cursor: { show: false }, scales: { y: { range } }, series: [{}, ...series] }, [times, ...lines.map((line) => line.values)], box);
  const legend = element(box, 'div', 'legend');
  for (const { label, stroke } of series) {
    const entry = element(legend, 'span');
    element(entry, 'i').style.background = stroke;
    entry.append(label);
  }
}
function heatmap(box, { lines }, width, height) {
  const buckets = lines.filter(({ name }) => name !== '+Inf').map((line) => ({ ...line, le: Number(line.name) })).sort((a, b) => a.le - b.le);
  const cells = buckets.map(({ values }, index) => values.map((value, at) => Math.max(0, (value ?? 0) - (buckets[index - 1]?.values[at] ?? 0))));
  const most = Math.max(...cells.flat());
  const [left, bottom, top] = [66, 26, 8];
  const canvas = element(box, 'canvas');
  Object.assign(canvas, { width: width * 2, height: (height - 34) * 2 });
  Object.assign(canvas.style, { width: width + 'px', height: height - 34 + 'px' });
  const draw = canvas.getContext('2d');
  draw.scale(2, 2);
  const [w, h] = [(width - left - 12) / times.length, (height - 34 - top - bottom) / buckets.length];
  cells.forEach((row, index) => row.forEach((count, at) => {
    if (count === 0) return;
    const share = Math.sqrt(count / most);
    draw.fillStyle = 'hsl(' + (275 - 225 * share) + ' ' + (60 + 30 * share) + '% ' + (18 + 47 * share) + '%)';
    draw.fillRect(left + at * w, top + (buckets.length - 1 - index) * h, w + 0.3, h - 1);
  }));
  draw.fillStyle = '#8e8ea0';
  draw.font = '11px sans-serif';
  draw.textAlign = 'right';
  buckets.forEach(({ le }, index) => { if (index % 2 === 1) draw.fillText(format(le, 's'), left - 8, top + (buckets.length - index) * h - h / 2 + 4); });
  draw.textAlign = 'center';
  times.forEach((time, at) => { if (time % 3600 === 0) draw.fillText(new Date(time * 1000).toISOString().slice(11, 16), left + at * w, height - 34 - 9); });
}
const grid = document.getElementById('grid');
let bottom = 0;
for (const drawn of panels) {
  const { type, title, gridPos } = drawn.panel;
  const [left, top] = [gridPos.x * GRID.cell, gridPos.y * GRID.row];
  const [width, height] = [gridPos.w * GRID.cell - GRID.gap, gridPos.h * GRID.row - GRID.gap];
  const box = element(grid, 'div', type === 'row' ? 'row' : 'panel', type === 'row' ? title : undefined);
  Object.assign(box.style, { left: left + 'px', top: top + 'px', width: width + 'px', height: height + 'px' });
  bottom = Math.max(bottom, top + height);
  if (type === 'row') continue;
  element(box, 'h2', '', title);
  if (type === 'stat') stat(box, drawn, width, height);
  else if (type === 'heatmap') heatmap(box, drawn, width, height);
  else timeseries(box, drawn, width, height);
}
grid.style.height = bottom + 'px';
`;

/** Text of a value inside of a script element. */
const inScript = (value: unknown): string => JSON.stringify(value).replaceAll('<', '\\u003c');

/** The dashboard as a page that needs nothing else. */
export function pageOf(title: string, panels: readonly DrawnPanel[], { start, end, step }: Range): string {
  const times = Array.from({ length: Math.floor((end - start) / step) + 1 }, (_, index) => start + index * step);
  const uplot = readFileSync(resolve('uplot/dist/uPlot.iife.min.js'), 'utf8');
  const css = readFileSync(resolve('uplot/dist/uPlot.min.css'), 'utf8');
  const hours = Math.round((end - start) / 3600);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>${title}</title>
<style>${css}${STYLE}</style>
<div id="page">
<header><h1>${title}</h1><span>service: shop</span><span>last ${hours} hours</span></header>
<div id="grid"></div>
</div>
<script>${uplot}</script>
<script>const DATA = ${inScript({ panels, times })};${SCRIPT}</script>
</html>
`;
}
