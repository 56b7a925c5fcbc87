// Ctrl+K: goes to what a few letters name. The list comes from the server; what is shown of it, and which row is chosen, is decided here.
(() => {
  const most = 12;
  const all = selector => [...document.querySelectorAll(selector)];
  const rows = () => all('#palette-list [role=option]').filter(row => !row.hidden);
  const text = () => document.getElementById('palette-text');

  const choose = row => {
    for (const other of all('#palette-list [aria-selected=true]')) {
      other.setAttribute('aria-selected', 'false');
    }

    row?.setAttribute('aria-selected', 'true');
    row?.scrollIntoView({ block: 'nearest' });
    text().setAttribute('aria-activedescendant', row?.id ?? '');
  };

  // All words have to be there; what starts with the text comes before what only holds it.
  const show = () => {
    const typed = text().value.trim();
    const words = typed.toLowerCase().split(/\s+/).filter(Boolean);
    const places = all('#palette-list [data-href]');
    const found = places.filter(p => words.every(w => p.textContent.toLowerCase().includes(w)));
    const first = found.filter(p => p.textContent.toLowerCase().startsWith(words.join(' ')));
    const shown = new Set([...first, ...found].slice(0, most));
    places.forEach(p => { p.hidden = !shown.has(p); p.style.order = first.includes(p) ? 0 : 1; });
    for (const search of all('#palette-list [data-search]')) {
      search.hidden = typed === '';
      search.style.order = 2;
      search.querySelector('b').textContent = typed;
    }

    document.querySelector('.palette-none').hidden = rows().length > 0;
    choose(sorted()[0]);
  };

  const sorted = () => rows().sort((a, b) => a.style.order - b.style.order);
  const go = row => {
    if (!row) {
      return;
    }

    document.getElementById('palette').close();
    const address = row.dataset.href ?? row.dataset.search + encodeURIComponent(text().value.trim());
    if (window.Blazor?.navigateTo) {
      window.Blazor.navigateTo(address);
    } else {
      location.href = address;
    }
  };

  const open = () => {
    const palette = document.getElementById('palette');
    if (palette && !palette.open && !document.querySelector('dialog[open], .mud-dialog')) {
      text().value = '';
      palette.showModal();
      show();
    }
  };

  addEventListener('keydown', e => {
    if ((e.ctrlKey || e.metaKey) && !e.altKey && !e.shiftKey && e.key.toLowerCase() === 'k') {
      e.preventDefault();
      open();
    } else if (e.target.id === 'palette-text') {
      const now = sorted();
      const at = now.findIndex(row => row.getAttribute('aria-selected') === 'true');
      const step = { ArrowDown: 1, ArrowUp: -1 }[e.key];
      if (step && now.length > 0) {
        e.preventDefault();
        choose(now[(at + step + now.length) % now.length]);
      } else if (e.key === 'Enter') {
        e.preventDefault();
        go(now[at]);
      }
    }
  });
  addEventListener('input', e => {
    if (e.target.id === 'palette-text') {
      show();
    }
  });
  addEventListener('click', e => {
    if (e.target.closest?.('[data-opens=palette]')) {
      open();
    } else if (e.target.id === 'palette') {
      e.target.close();
    } else {
      go(e.target.closest?.('#palette-list [role=option]'));
    }
  });
})();
