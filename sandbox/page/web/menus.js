// Menus: a bar of them, and those that open at a pointer. Items are `{label, hint?, action?, disabled?}` or null for a line.

import { element } from './dom.js';

let open = null;

/** Closes the menu that is open. */
export function closeMenu() {
  if (!open) return;
  const { list, button, back } = open;
  open = null;
  list.remove();
  button?.setAttribute('aria-expanded', 'false');
  if (list.contains(document.activeElement) || document.activeElement === document.body) back?.focus();
}

function item(each) {
  if (!each) return element('div', { className: 'line', role: 'separator' });
  const run = () => {
    closeMenu();
    each.action();
  };
  return element(
    'button',
    {
      type: 'button',
      role: each.checked === undefined ? 'menuitem' : 'menuitemcheckbox',
      tabIndex: -1,
      disabled: Boolean(each.disabled),
      onclick: run,
      'aria-checked': each.checked === undefined ? null : String(each.checked),
    },
    element('span', { className: 'label' }, each.label),
    element('span', { className: 'hint' }, each.hint || (each.checked ? '✓' : '')),
  );
}

/** Opens a menu at a place of the window; `button` opened it, `back` gets the focus afterwards. */
export function openMenu(items, { x, y, button = null, back = null, label = 'Menu', sideways = null }) {
  closeMenu();
  const list = element('div', { className: 'menu', role: 'menu', 'aria-label': label }, ...items.map(item));
  list.addEventListener('keydown', (event) => {
    const entries = [...list.querySelectorAll('button:not(:disabled)')];
    const at = entries.indexOf(document.activeElement);
    const to = {
      ArrowDown: (at + 1) % entries.length,
      ArrowUp: (at - 1 + entries.length) % entries.length,
      Home: 0,
      End: entries.length - 1,
    }[event.key];
    event.stopPropagation();
    if (to !== undefined) entries[to]?.focus();
    else if (event.key === 'Escape' || event.key === 'Tab') {
      (back || button)?.focus();
      closeMenu();
    } else if (sideways && (event.key === 'ArrowLeft' || event.key === 'ArrowRight'))
      sideways(event.key === 'ArrowRight' ? 1 : -1);
    else return;
    event.preventDefault();
  });
  document.body.append(list);
  list.style.left = `${Math.max(4, Math.min(x, innerWidth - list.offsetWidth - 8))}px`;
  list.style.top = `${Math.max(4, Math.min(y, innerHeight - list.offsetHeight - 8))}px`;
  button?.setAttribute('aria-expanded', 'true');
  open = { list, button, back: back || button };
  list.querySelector('button:not(:disabled)')?.focus();
}

addEventListener(
  'pointerdown',
  (event) => {
    if (open && !open.list.contains(event.target) && !open.button?.contains(event.target)) closeMenu();
  },
  true,
);
addEventListener('blur', () => closeMenu());
addEventListener('resize', () => closeMenu());

/** A bar of menus; each is `{label, items: () => [...]}`. Arrow keys lead from one to the next. */
export class MenuBar {
  constructor(bar) {
    this.bar = bar;
  }

  show(menus) {
    this.menus = menus;
    this.bar.replaceChildren(
      ...menus.map((menu, n) =>
        element(
          'button',
          {
            type: 'button',
            role: 'menuitem',
            'aria-haspopup': 'menu',
            'aria-expanded': 'false',
            tabIndex: n ? -1 : 0,
            onclick: () => this.toggle(n),
            onkeydown: (event) => this.key(event, n),
            onpointerenter: () => {
              if (open && this.bar.contains(open.button)) this.open(n);
            },
          },
          menu.label,
        ),
      ),
    );
  }

  toggle(n) {
    if (open?.button === this.bar.children[n]) closeMenu();
    else this.open(n);
  }

  open(n) {
    const button = this.bar.children[n];
    const { left, bottom } = button.getBoundingClientRect();
    openMenu(this.menus[n].items(), {
      x: left,
      y: bottom + 2,
      button,
      label: this.menus[n].label,
      sideways: (step) => this.open((n + step + this.menus.length) % this.menus.length),
    });
  }

  key(event, n) {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step) this.bar.children[(n + step + this.menus.length) % this.menus.length].focus();
    else if (event.key === 'ArrowDown') this.open(n);
    else return;
    event.preventDefault();
  }
}
