// Time series. One uPlot for each chart; colours come from the theme's custom properties and are read again when the theme changes.
import uPlot from '../lib/uplot/uPlot.esm.js';

const token = name => getComputedStyle(document.documentElement).getPropertyValue(`--w-${name}`).trim();
const alpha = (hex, a) => `${hex}${Math.round(a * 255).toString(16).padStart(2, '0')}`;
const three = v => v < 9.995 ? +v.toFixed(2) : v < 99.95 ? +v.toFixed(1) : Math.round(v);

const short = v => v === 0 ? '0' : v < 10 ? `${+v.toFixed(1)}` : v < 1e3 ? `${Math.round(v)}` : v < 1e6 ? `${three(v / 1e3)}k` : v < 1e9 ? `${three(v / 1e6)}M` : `${three(v / 1e9)}G`;
const bytes = v => v < 1024 ? `${Math.round(v)} B` : v < 1048576 ? `${three(v / 1024)} KiB` : v < 1073741824 ? `${three(v / 1048576)} MiB` : `${three(v / 1073741824)} GiB`;
const span = v => v < 1e3 ? `${Math.round(v)} ms` : v < 6e4 ? `${three(v / 1e3)} s` : v < 36e5 ? `${three(v / 6e4)} min` : `${three(v / 36e5)} h`;
const percent = v => (v > 0 && v < 0.005 ? '<1%' : `${Math.round(v * 100)}%`);
const units = { count: short, rate: v => `${short(v)}/s`, bytes: v => `${bytes(v)}/s`, ms: span, percent };

// Steps of an axis that read well in each unit.
const steps = {
  count: [1, 2, 5],
  rate: [0.1, 0.2, 0.5, 1, 2, 5],
  bytes: [1, 2, 4, 8, 16, 32, 64, 128, 256, 512],
  percent: [0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 20, 50, 100],
  ms: [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 3e4, 6e4, 12e4, 3e5, 6e5, 18e5, 36e5, 72e5],
};

function increments(unit) {
  if (unit === 'ms' || unit === 'percent') {
    return steps[unit];
  }

  const base = unit === 'bytes' ? 1024 : 10;
  const all = [];
  for (let scale = 1; scale < 1e13; scale *= base) {
    for (const step of steps[unit]) {
      all.push(step * scale);
    }
  }

  return [...new Set(all)].sort((a, b) => a - b);
}

function options(place, o) {
  const grid = token('line');
  const ink = token('ink-faint');
  const format = units[o.unit];
  const font = '11px Archivo, system-ui, sans-serif';
  return {
    width: Math.max(120, place.clientWidth),
    height: place.clientHeight,
    padding: [8, 4, 0, 0],
    legend: { show: false },
    cursor: { sync: { key: o.group }, points: { size: 6 }, drag: { x: false, y: false }, y: false },
    tzDate: ts => uPlot.tzDate(new Date(ts * 1e3), 'Etc/UTC'),
    scales: {
      // A young process does not show an empty quarter of an hour: the axis starts at the first sample, but shows two minutes at least.
      x: { time: true, range: (u, min, max) => o.end ? [o.end - o.span, o.end] : max == null ? [0, o.span] : [Math.max(max - o.span, Math.min(min, max - 120)), max] },
      y: { range: (u, min, max) => [0, Math.max(o.unit === 'bytes' ? 1024 : o.unit === 'ms' ? 100 : o.unit === 'percent' ? 1.12 : 1, (max ?? 0) * 1.12)] },
      mark: { range: [0, 1] },
    },
    axes: [
      { stroke: ink, font, size: 24, gap: 4, space: 70, grid: { show: false }, ticks: { stroke: grid, size: 4, width: 1 }, values: [
        [3600, '{HH}:{mm}', null, null, null, null, null, null, 1], [60, '{HH}:{mm}', null, null, null, null, null, null, 1], [1, '{HH}:{mm}:{ss}', null, null, null, null, null, null, 1]] },
      { stroke: ink, font, size: 62, gap: 6, space: 34, incrs: increments(o.unit), grid: { stroke: grid, width: 1 }, ticks: { show: false }, values: (u, v) => v.map(x => x === 0 ? '0' : format(x)) },
    ],
    series: [
      {},
      ...o.lines.map(l => {
        const tone = token(l.tone);
        return {
          label: l.label, stroke: tone, scale: l.look === 'mark' ? 'mark' : 'y', width: l.look === 'mark' ? 0 : l.look === 'limit' ? 1.25 : 1.6, dash: l.look === 'limit' ? [5, 4] : undefined, spanGaps: false, points: { show: false }, paths: l.look === 'mark' ? () => null : undefined,
          fill: l.look === 'area' ? alpha(tone, 0.16) : undefined, value: (u, v) => v == null ? '–' : units[l.unit](v),
        };
      }),
    ],
    plugins: [marks(o), changes(o), tip(o)],
  };
}

// Shades the time in which a line of the look "mark" is above 0, and draws 100 % where that is the limit.
function marks(o) {
  return {
    hooks: {
      drawClear(u) {
        const { left, top, width, height } = u.bbox;
        const pen = u.ctx;
        pen.save();
        o.lines.forEach((l, i) => {
          if (l.look !== 'mark') {
            return;
          }

          const [times, values] = [u.data[0], u.data[i + 1]];
          pen.fillStyle = alpha(token(l.tone), 0.14);
          let from = null;
          for (let at = 0; at <= times.length; at++) {
            if (at < times.length && values[at] > 0) {
              from ??= at;
            } else if (from !== null) {
              const x0 = Math.max(left, u.valToPos(times[Math.max(0, from - 1)], 'x', true));
              const x1 = Math.min(left + width, u.valToPos(times[at - 1], 'x', true));
              if (x1 >= left) {
                pen.fillRect(x0, top, Math.max(x1 - x0, devicePixelRatio), height);
              }

              from = null;
            }
          }
        });
        if (o.unit === 'percent') {
          const y = Math.round(u.valToPos(1, 'y', true));
          pen.strokeStyle = token('bad');
          pen.lineWidth = 1.25 * devicePixelRatio;
          pen.setLineDash([5 * devicePixelRatio, 4 * devicePixelRatio]);
          pen.beginPath();
          pen.moveTo(left, y);
          pen.lineTo(left + width, y);
          pen.stroke();
        }

        pen.restore();
      },
    },
  };
}

// A line where something was changed that may explain what comes after it, with a flag at its head.
function changes(o) {
  return {
    hooks: {
      draw(u) {
        const { left, top, width, height } = u.bbox;
        const pen = u.ctx;
        const unit = devicePixelRatio;
        pen.save();
        pen.strokeStyle = pen.fillStyle = token('ink-soft');
        pen.lineWidth = unit;
        pen.setLineDash([2 * unit, 3 * unit]);
        for (const mark of o.marks) {
          const x = Math.round(u.valToPos(mark.time, 'x', true));
          if (x < left || x > left + width) {
            continue;
          }

          pen.beginPath();
          pen.moveTo(x, top);
          pen.lineTo(x, top + height);
          pen.stroke();
          pen.beginPath();
          pen.moveTo(x - 4 * unit, top - 4 * unit);
          pen.lineTo(x + 4 * unit, top - 4 * unit);
          pen.lineTo(x, top + 3 * unit);
          pen.fill();
        }

        pen.restore();
      },
    },
  };
}

// What the cursor is on, in words, beside it.
function tip(o) {
  let box;
  return {
    hooks: {
      init(u) {
        box = document.createElement('div');
        box.className = 'chart-tip';
        box.hidden = true;
        u.over.append(box);
      },
      setCursor(u) {
        const { idx, left } = u.cursor;
        if (idx == null || left < 0 || u.data[0][idx] == null) {
          box.hidden = true;
          return;
        }

        const rows = o.lines.map((l, i) => {
          const row = document.createElement('span');
          const mark = document.createElement('i');
          mark.style.background = token(l.tone);
          const value = u.data[i + 1][idx];
          row.append(mark, `${l.label} `, Object.assign(document.createElement('b'), { textContent: value == null ? '–' : units[l.unit](value) }));
          return row;
        });
        const time = Object.assign(document.createElement('em'), { textContent: `${new Date(u.data[0][idx] * 1e3).toISOString().slice(11, 19)} UTC` });
        const near = o.marks.filter(m => Math.abs(u.valToPos(m.time, 'x') - left) < 8).map(m => Object.assign(document.createElement('span'), { className: 'chart-change', textContent: m.text }));
        box.replaceChildren(time, ...near, ...rows);
        box.hidden = false;
        const right = left > u.over.clientWidth / 2;
        box.style.left = right ? '' : `${left + 12}px`;
        box.style.right = right ? `${u.over.clientWidth - left + 12}px` : '';
      },
    },
  };
}

export function mount(place, o, times, values, marks) {
  o.marks = marks;
  const data = [times, ...values];
  let plot = new uPlot(options(place, o), data, place);

  const redraw = () => {
    plot.destroy();
    plot = new uPlot(options(place, o), data, place);
  };
  const size = new ResizeObserver(() => {
    if (place.clientWidth > 0 && (place.clientWidth !== plot.width || place.clientHeight !== plot.height)) {
      plot.setSize({ width: place.clientWidth, height: place.clientHeight });
    }
  });
  size.observe(place);
  addEventListener('weir:theme', redraw);

  return {
    // A point of the second that is there already replaces it (coarse tiers are means that still grow).
    append(time, points) {
      const x = data[0];
      if (x.length > 0 && time < x[x.length - 1]) {
        return;
      }

      const same = x.length > 0 && x[x.length - 1] === time;
      data.forEach((column, i) => {
        const value = i === 0 ? time : points[i - 1];
        if (same) {
          column[column.length - 1] = value;
        } else {
          column.push(value);
        }
      });
      let old = 0;
      while (old < x.length && x[old] < time - o.span - 5) {
        old++;
      }

      if (old > 0) {
        data.forEach(column => column.splice(0, old));
      }

      if (!document.hidden && place.clientWidth > 0) {
        plot.setData(data);
      }
    },
    mark(newer) {
      o.marks = newer;
      plot.redraw(false);
    },
    destroy() {
      size.disconnect();
      removeEventListener('weir:theme', redraw);
      plot.destroy();
    },
  };
}
