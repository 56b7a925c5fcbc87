// The hash space as rows of blocks, one block for each open shard. With many shards the space is folded into rows like lines of text.
const token = name => getComputedStyle(document.documentElement).getPropertyValue(`--w-${name}`).trim();

export function mount(canvas, owner) {
  const tip = canvas.parentElement.querySelector('.shardmap-tip');
  const pen = canvas.getContext('2d');
  let ids = [], names = [], edges = [0, 1], levels = new Uint8Array(0), chosen = null, hovered = -1, colours, boxes = [];

  const readColours = () => {
    colours = { ramp: [1, 2, 3, 4, 5].map(i => token(`ramp-${i}`)), warn: token('warn'), bad: token('bad'), pale: token('bad-pale'), ink: token('ink'), ground: token('surface'), water: token('water'), light: token('on-water') };
  };
  readColours();

  const mix = (a, b, t) => {
    const part = (hex, i) => parseInt(hex.slice(1 + i * 2, 3 + i * 2), 16);
    return `rgb(${[0, 1, 2].map(i => Math.round(part(a, i) + (part(b, i) - part(a, i)) * t)).join(',')})`;
  };
  const colour = level => {
    const place = Math.min(level / 85, 1) * 4;
    const step = Math.min(Math.floor(place), 3);
    return mix(colours.ramp[step], colours.ramp[step + 1], place - step);
  };

  // Ink or ground, whichever stands out more on the colour (WCAG's contrast).
  const light = hex => {
    const [r, g, b] = [1, 3, 5].map(i => parseInt(hex.slice(i, i + 2), 16) / 255).map(v => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const contrast = (a, b) => (Math.max(light(a), light(b)) + 0.05) / (Math.min(light(a), light(b)) + 0.05);
  const readable = fill => (contrast(fill, colours.ink) >= contrast(fill, colours.ground) ? colours.ink : colours.ground);

  const rows = () => {
    const wide = canvas.clientWidth < 600 ? 12 : 40;
    return Math.min(24, Math.max(1, Math.ceil(ids.length / wide)));
  };
  const gapOf = n => (n <= 8 ? 4 : 2);
  const rowHeight = () => (rows() === 1 ? 72 : rows() <= 4 ? 44 : Math.max(12, Math.min(26, Math.floor(340 / rows()) - gapOf(rows()))));

  function layout() {
    const n = rows();
    const width = canvas.clientWidth;
    const height = n * rowHeight() + (n - 1) * gapOf(n);
    const ratio = devicePixelRatio || 1;
    canvas.style.height = `${height}px`;
    if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
      canvas.width = Math.round(width * ratio);
      canvas.height = Math.round(height * ratio);
    }

    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    boxes = [];
    for (let i = 0; i < ids.length; i++) {
      // A shard that reaches over the end of a row goes on in the next.
      for (let row = Math.floor(edges[i] * n); row < n && row / n < edges[i + 1] - 1e-12; row++) {
        const from = Math.max(edges[i], row / n) * n - row;
        const to = Math.min(edges[i + 1], (row + 1) / n) * n - row;
        boxes.push({ i, x: from * width, y: row * (rowHeight() + gapOf(n)), w: (to - from) * width, h: rowHeight() });
      }
    }
  }

  function draw() {
    if (canvas.clientWidth === 0) {
      return;
    }

    layout();
    pen.clearRect(0, 0, canvas.width, canvas.height);
    for (const box of boxes) {
      const level = levels[box.i * 2] ?? 0;
      const full = level >= 100 || levels[box.i * 2 + 1] === 1;
      const gap = box.w > 4 ? 1 : 0;
      pen.fillStyle = full ? colours.bad : level > 85 ? colours.warn : colour(level);
      pen.fillRect(box.x + gap / 2, box.y, Math.max(box.w - gap, 0.5), box.h);
      if (full && box.w > 3) {
        hatch(box, gap);
      }

      if (box.w > 44 && box.h >= 22) {
        pen.fillStyle = readable(pen.fillStyle);
        pen.font = '600 12px Archivo, system-ui, sans-serif';
        pen.textBaseline = 'middle';
        pen.fillText(names[box.i], box.x + 8, box.y + box.h / 2 - (box.h > 40 ? 8 : 0), box.w - 12);
        if (box.h > 40) {
          pen.font = '500 12px Archivo, system-ui, sans-serif';
          pen.fillText(`${level}%`, box.x + 8, box.y + box.h / 2 + 9, box.w - 12);
        }
      }
    }

    for (const box of boxes.filter(b => ids[b.i] === chosen || b.i === hovered)) {
      pen.strokeStyle = colours.ink;
      pen.lineWidth = 2;
      pen.strokeRect(box.x + 1, box.y + 1, Math.max(box.w - 2, 1), box.h - 2);
    }
  }

  // Stripes, so that full is not told by colour alone.
  function hatch(box, gap) {
    pen.save();
    pen.beginPath();
    pen.rect(box.x + gap / 2, box.y, box.w - gap, box.h);
    pen.clip();
    pen.strokeStyle = colours.pale;
    pen.globalAlpha = 0.35;
    pen.lineWidth = 2;
    for (let x = box.x - box.h; x < box.x + box.w; x += 8) {
      pen.beginPath();
      pen.moveTo(x, box.y + box.h);
      pen.lineTo(x + box.h, box.y);
      pen.stroke();
    }

    pen.restore();
  }

  const at = e => {
    const frame = canvas.getBoundingClientRect();
    const x = e.clientX - frame.left, y = e.clientY - frame.top;
    return boxes.find(b => x >= b.x && x < b.x + b.w && y >= b.y && y <= b.y + b.h + 4)?.i ?? -1;
  };
  const choose = i => owner.invokeMethodAsync('Choose', i < 0 ? null : ids[i]);

  const move = e => {
    const i = at(e);
    if (i !== hovered) {
      hovered = i;
      draw();
    }

    tip.hidden = i < 0;
    if (i >= 0) {
      const frame = canvas.getBoundingClientRect();
      tip.textContent = `${ids[i]} · ${levels[i * 2]}%${levels[i * 2 + 1] ? ' · throttled' : ''}`;
      tip.style.left = `${Math.min(Math.max(e.clientX - frame.left, 80), frame.width - 80)}px`;
      tip.style.top = `${e.clientY - frame.top - 34}px`;
    }
  };
  const leave = () => { hovered = -1; tip.hidden = true; draw(); };
  const click = e => { const i = at(e); choose(i >= 0 && ids[i] === chosen ? -1 : i); };
  const key = e => {
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 10, ArrowUp: -10 }[e.key];
    if (step && ids.length > 0) {
      e.preventDefault();
      const now = ids.indexOf(chosen);
      choose(now < 0 ? 0 : Math.min(Math.max(now + step, 0), ids.length - 1));
    } else if (e.key === 'Escape') {
      choose(-1);
    }
  };

  canvas.addEventListener('pointermove', move);
  canvas.addEventListener('pointerleave', leave);
  canvas.addEventListener('click', click);
  canvas.addEventListener('keydown', key);
  const size = new ResizeObserver(draw);
  size.observe(canvas.parentElement);
  const theme = () => { readColours(); draw(); };
  addEventListener('weir:theme', theme);
  document.fonts?.ready.then(draw);

  return {
    shape(newIds, newNames, newEdges) { ids = newIds; names = newNames; edges = newEdges; draw(); },
    levels(bytes) { levels = bytes; draw(); },
    select(id) { if (id !== chosen) { chosen = id; draw(); } },
    destroy() { size.disconnect(); removeEventListener('weir:theme', theme); },
  };
}
