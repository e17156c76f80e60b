// SPDX-License-Identifier: BSD-3-Clause
// CSS and JavaScript of the report. SVG is made as text, which the browser reads in the page's own namespace.
#include <xgrad/models/gan_mnist/report_assets.h>

namespace xgrad::gan_mnist {

const char* const report_style = R"css(
:root {
  color-scheme: light dark;
  --paper: #fcfcfa; --card: #fff; --ink: #1d2126; --soft: #5f6872; --line: #e3e5e8;
  --c0: #2459c4; --c1: #d4641c; --c2: #1d8a5b; --c3: #8d4bb8;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171b; --card: #1b1f25; --ink: #e6e9ed; --soft: #98a2ad; --line: #2d333b;
    --c0: #7aa5ff; --c1: #ff9d5c; --c2: #5fd0a0; --c3: #c79af0;
  }
}
* { box-sizing: border-box }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, "DejaVu Sans", sans-serif }
main { max-width: 68rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem }
h1 { font-size: 1.9rem; line-height: 1.2; margin: 0 0 .3rem; letter-spacing: -.01em }
h2 { font-size: 1.15rem; margin: 2.6rem 0 .9rem; padding-bottom: .3rem; border-bottom: 1px solid var(--line) }
h3 { font-size: .95rem; margin: 0 0 .2rem }
pre { margin: 0; overflow: auto; font: 13px/1.5 ui-monospace, "DejaVu Sans Mono", monospace; color: var(--soft) }
pre.text { color: var(--ink) }
figure, .card { margin: 0; padding: .9rem 1rem; background: var(--card); border: 1px solid var(--line); border-radius: 8px }
#charts { display: grid; grid-template-columns: repeat(auto-fill, minmax(20rem, 1fr)); gap: 1rem }
.samples, .table { display: inline-block; max-width: 100% }
.samples img { display: block; width: min(36rem, 100%); image-rendering: pixelated; border-radius: 4px }
.samples audio { display: block; width: min(36rem, 100%); margin-top: .6rem }
.time { display: flex; gap: .9rem; align-items: center; margin-top: .8rem }
.time input { flex: 1; accent-color: var(--c0) }
output, td { font-variant-numeric: tabular-nums }
output { color: var(--soft); font-size: .9rem; min-width: 13em }
svg { display: block; width: 100%; height: auto; overflow: visible }
svg text { font: 11px system-ui, "DejaVu Sans", sans-serif; fill: var(--soft) }
.grid { stroke: var(--line) } .mark { stroke: var(--soft); stroke-dasharray: 4 3 }
.curve { fill: none; stroke-width: 1.6; stroke-linejoin: round } .band { opacity: .18 }
.legend { display: flex; flex-wrap: wrap; gap: .2rem 1rem; font-size: .82rem; color: var(--soft); min-height: 1.4em }
.legend i { display: inline-block; width: .7em; height: .7em; border-radius: 2px; margin-right: .4em }
.legend b { color: var(--ink); font-weight: 600; font-variant-numeric: tabular-nums }
table { border-collapse: collapse; font-size: .92rem } td, th { padding: .22rem 1.4rem .22rem 0; text-align: right }
td:first-child, th:first-child { text-align: left } th { color: var(--soft); font-weight: 500 }
tbody tr { border-top: 1px solid var(--line) } td:last-child, th:last-child { padding-right: 0 }
details { margin-top: .8rem } summary { cursor: pointer; color: var(--soft) }
)css";

const char* const report_script = R"js(
'use strict';
const W = 420, H = 200, L = 46, R = 8, T = 8, B = 22;
const short = v => {
  const a = Math.abs(v);
  if (a !== 0 && (a < 1e-3 || a >= 1e5)) return v.toExponential(1).replace('.0e', 'e').replace('e+', 'e');
  return String(+v.toPrecision(4));
};
const thousands = v => v >= 1e6 ? +(v / 1e6).toFixed(2) + 'M' : v >= 1e4 ? +(v / 1e3).toFixed(1) + 'k' : String(v);

function linear_ticks(low, high, most) {
  const rough = (high - low) / most, power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].find(k => k * power >= rough) * power;
  const ticks = [];
  for (let k = Math.ceil(low / step - 1e-9); k * step <= high + step * 1e-9; ++k) ticks.push(k * step);
  return ticks;
}
function log_ticks(low, high) {
  const ticks = [], wide = Math.log10(high / low) > 2.5;
  for (let e = Math.floor(Math.log10(low)); e <= Math.ceil(Math.log10(high)); ++e) {
    for (const k of wide ? [1] : [1, 2, 5]) {
      const v = k * 10 ** e;
      if (v >= low * .999 && v <= high * 1.001) ticks.push(v);
    }
  }
  return ticks;
}

function draw(chart) {
  const all = chart.series.flatMap(s => s.points.map(p => p[1]));
  for (const s of chart.series) if (s.band) s.points.forEach((p, i) => all.push(p[1] - s.band[i], p[1] + s.band[i]));
  if (chart.at !== undefined) all.push(chart.at);
  const log = chart.log && Math.min(...all) > 0;
  let low = Math.min(...all), high = Math.max(...all);
  if (low === high) { low -= Math.abs(low) / 10 || 1; high += Math.abs(high) / 10 || 1; }
  const steps = chart.series.flatMap(s => s.points.map(p => p[0]));
  const first = 0, last = Math.max(...steps, 1);
  const f = log ? Math.log : v => v;
  const room = .04 * (f(high) - f(low));
  const bottom = f(low) - room, top = f(high) + room;
  const x = s => L + (W - L - R) * (s - first) / (last - first);
  const y = v => T + (H - T - B) * (top - f(v)) / (top - bottom);
  const inverse = log ? Math.exp : v => v;

  let svg = '';
  let ticks = log ? log_ticks(inverse(bottom), inverse(top)) : linear_ticks(bottom, top, 5);
  if (ticks.length < 3) ticks = linear_ticks(inverse(bottom), inverse(top), 4);
  for (const t of ticks) {
    svg += `<path class="grid" d="M${L} ${y(t).toFixed(1)}H${W - R}"/>` +
      `<text x="${L - 6}" y="${(y(t) + 4).toFixed(1)}" text-anchor="end">${short(t)}</text>`;
  }
  for (const t of linear_ticks(first, last, 5)) {
    svg += `<text x="${x(t).toFixed(1)}" y="${H - 5}" text-anchor="middle">${thousands(t)}</text>`;
  }
  if (chart.at !== undefined) svg += `<path class="mark" d="M${L} ${y(chart.at).toFixed(1)}H${W - R}"/>`;
  chart.series.forEach((s, i) => {
    const color = `var(--c${i % 4})`;
    const at = (p, d) => `${x(p[0]).toFixed(1)},${y(p[1] + d).toFixed(1)}`;
    if (s.band) {
      const over = s.points.map((p, k) => at(p, s.band[k])), under = s.points.map((p, k) => at(p, -s.band[k]));
      svg += `<polygon class="band" fill="${color}" points="${over.concat(under.reverse()).join(' ')}"/>`;
    }
    svg += `<polyline class="curve" stroke="${color}" points="${s.points.map(p => at(p, 0)).join(' ')}"/>`;
    if (s.points.length < 30) {
      for (const p of s.points) {
        svg += `<circle r="2.2" fill="${color}" cx="${x(p[0]).toFixed(1)}" cy="${y(p[1]).toFixed(1)}"/>`;
      }
    }
  });

  const figure = document.createElement('figure');
  figure.className = 'chart';
  figure.innerHTML = `<h3></h3><svg viewBox="0 0 ${W} ${H}" role="img">${svg}<path class="grid cursor" d=""/></svg>` +
    '<div class="legend"></div>';
  figure.querySelector('h3').textContent = chart.title + (log ? ' (log scale)' : '');
  figure.querySelector('svg').setAttribute('aria-label', chart.title);
  const legend = figure.querySelector('.legend'), cursor = figure.querySelector('.cursor');
  const nearest = (points, step) => points.reduce((a, b) => Math.abs(b[0] - step) < Math.abs(a[0] - step) ? b : a);
  const tell = step => {
    legend.textContent = '';
    chart.series.forEach((s, i) => {
      const p = nearest(s.points, step), item = document.createElement('span');
      item.innerHTML = `<i style="background:var(--c${i % 4})"></i><span></span> <b></b>`;
      item.querySelector('span').textContent = s.label;
      item.querySelector('b').textContent = short(p[1]);
      legend.append(item);
    });
  };
  tell(last);
  const area = figure.querySelector('svg');
  area.addEventListener('pointermove', e => {
    const box = area.getBoundingClientRect();
    const step = first + (last - first) * ((e.clientX - box.left) / box.width * W - L) / (W - L - R);
    const at = nearest(chart.series[0].points, step)[0];
    cursor.setAttribute('d', `M${x(at).toFixed(1)} ${T}V${H - B}`);
    tell(at);
    legend.insertAdjacentHTML('beforeend', `<span>round ${at}</span>`);
  });
  area.addEventListener('pointerleave', () => { cursor.setAttribute('d', ''); tell(last); });
  return figure;
}
const data = JSON.parse(document.getElementById('data').textContent);
for (const chart of data.charts) document.getElementById('charts').append(draw(chart));

const exhibits = document.querySelectorAll('.exhibit'), time = document.getElementById('time');
function show() {
  exhibits.forEach((exhibit, i) => { exhibit.hidden = i !== +time.value; });
  document.getElementById('round').value = exhibits[+time.value].title;
}
if (time) {
  time.addEventListener('input', show);
  show();
}
)js";

}  // namespace xgrad::gan_mnist
