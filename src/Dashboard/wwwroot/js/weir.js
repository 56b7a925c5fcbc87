// Runs in the head, before the first paint: theme and navigation width are attributes of the root element, kept in cookies that the server reads.
(() => {
  const root = document.documentElement;
  const year = 31536000;
  const keep = (name, value) => { document.cookie = `${name}=${value}; path=/; max-age=${year}; samesite=lax`; };
  const read = name => document.cookie.split('; ').find(c => c.startsWith(`${name}=`))?.slice(name.length + 1) ?? '';
  const dark = matchMedia('(prefers-color-scheme: dark)');

  // "auto-dark" remembers what the browser asked for; "dark" what the person chose.
  const follow = () => {
    const kept = read('weir-theme');
    if (kept === 'light' || kept === 'dark') {
      root.dataset.theme = kept;
      return;
    }

    root.dataset.theme = dark.matches ? 'dark' : 'light';
    keep('weir-theme', `auto-${root.dataset.theme}`);
    dispatchEvent(new Event('weir:theme'));
  };

  follow();
  dark.addEventListener('change', follow);

  const actions = {
    theme() {
      root.dataset.theme = root.dataset.theme === 'dark' ? 'light' : 'dark';
      keep('weir-theme', root.dataset.theme);
      dispatchEvent(new Event('weir:theme'));
    },
    rail() {
      if (root.dataset.rail === 'slim') {
        delete root.dataset.rail;
      } else {
        root.dataset.rail = 'slim';
      }

      keep('weir-rail', root.dataset.rail ?? 'wide');
    },
    reload() { location.reload(); },
    copy(button) {
      const text = document.getElementById(button.dataset.copies)?.textContent ?? '';
      const done = () => { button.dataset.copied = 'true'; setTimeout(() => delete button.dataset.copied, 1500); };
      navigator.clipboard?.writeText(text).then(done, () => {});
    },
  };

  addEventListener('click', e => {
    const button = e.target.closest?.('[data-action]');
    if (button) {
      actions[button.dataset.action]?.(button);
    }

    // An open menu closes on the next click anywhere else.
    for (const menu of document.querySelectorAll('details.menu[open]')) {
      if (!menu.contains(e.target)) {
        menu.open = false;
      }
    }
  });

  addEventListener('keydown', e => {
    if (e.key === 'Escape') {
      for (const menu of document.querySelectorAll('details.menu[open]')) {
        menu.open = false;
        menu.querySelector('summary').focus();
      }
    }
  });
})();
