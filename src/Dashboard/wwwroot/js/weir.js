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
    keys() {
      document.getElementById('keys-on').checked = keysOn();
      document.getElementById('keys').showModal();
    },
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

  // Keys of one letter: "g" and a letter goes to a page, a letter alone presses the button that carries it.
  const keysOn = () => read('weir-keys') !== 'off';
  const typing = target => target.closest?.('input:not([type=checkbox]):not([type=range]), textarea, select, [contenteditable]');
  let going = 0;
  addEventListener('keydown', e => {
    if (e.ctrlKey || e.metaKey || e.altKey || e.isComposing || !keysOn() || typing(e.target) || document.querySelector('dialog[open], .mud-dialog')) {
      return;
    }

    const go = Date.now() - going < 1500;
    going = 0;
    if (e.key === 'g' && !go) {
      going = Date.now();
    } else if (go) {
      document.querySelector(`[data-go="${CSS.escape(e.key)}"]`)?.click();
    } else if (e.key === '?') {
      actions.keys();
    } else if (e.key === '/') {
      const search = document.querySelector('main input[type=search]');
      search?.focus();
      search?.select();
    } else if (/^[a-z]$/.test(e.key)) {
      document.querySelector(`[data-key="${e.key}"]`)?.click();
      return;
    } else {
      return;
    }

    e.preventDefault();
  });
  addEventListener('change', e => {
    if (e.target.id === 'keys-on') {
      keep('weir-keys', e.target.checked ? 'on' : 'off');
    }
  });

  // The server draws the time of the newest sample each second. When nothing comes, because it stands still or the way to it is cut, the page must not
  // go on saying that it is live; the framework itself notices only after half a minute.
  const patience = 6000;
  let shown = '';
  let since = Date.now();
  setInterval(() => {
    const live = document.querySelector('.live[data-state=live] .live-at')?.textContent ?? '';
    const late = Date.now() - since;
    if (live !== shown || live === '' || late > patience * 10 && root.dataset.silent === undefined) {
      // Another time, none that should change, or this tab itself slept.
      shown = live;
      since = Date.now();
      delete root.dataset.silent;
    } else if (late > patience) {
      root.dataset.silent = 'true';
    }
  }, 1000);

  // A server that was restarted knows nothing of this page's circuit: the page is loaded anew as soon as somebody answers.
  addEventListener('DOMContentLoaded', () => {
    const lost = document.getElementById('components-reconnect-modal');
    let waiting = false;
    const again = async () => {
      try {
        await fetch(location.href, { cache: 'no-store', redirect: 'manual' });
        location.reload();
      } catch {
        setTimeout(again, 2000);
      }
    };
    if (lost) {
      new MutationObserver(() => {
        if (!waiting && (lost.classList.contains('components-reconnect-failed') || lost.classList.contains('components-reconnect-rejected'))) {
          waiting = true;
          again();
        }
      }).observe(lost, { attributes: true, attributeFilter: ['class'] });
    }
  });
})();
