import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef } from 'preact/hooks';
import style from './context-menu.module.css';

export interface ContextMenuProps {
  /** What it is the menu of. */
  readonly label: string;
  /** Where it is asked for, in pixels of the window. */
  readonly left: number;
  readonly top: number;
  readonly onClose: () => void;
  readonly children: ComponentChildren;
}

/** Pixels that are left free at the edges of the window. */
const EDGE_PIXELS = 8;

/**
 * A menu over the page, where it was asked for, until something is chosen. Arrows, `Home` and `End` go through it; `Escape`
 * and `Tab` give the focus back to where it was, a press elsewhere leaves it there.
 */
export function ContextMenu({ label, left, top, onClose, children }: ContextMenuProps) {
  const element = useRef<HTMLDivElement>(null);
  const before = useRef(document.activeElement);
  useLayoutEffect(() => {
    const menu = element.current;
    menu?.showPopover();
    placeWithin(menu, { left, top });
    itemsOf(menu)[0]?.focus();
    const closeOutside = ({ target }: Event): void => {
      if (!(target instanceof Node && menu?.contains(target) === true)) {
        onClose();
      }
    };
    document.addEventListener('pointerdown', closeOutside, true);
    return () => document.removeEventListener('pointerdown', closeOutside, true);
  }, []);
  const close = (): void => {
    if (before.current instanceof HTMLElement) {
      before.current.focus();
    }
    onClose();
  };
  return (
    <div
      ref={element}
      // Not `auto`: that one ends when the button that asked for it is let go.
      popover="manual"
      class={style.menu}
      onClick={close}
      onKeyDown={(event) => answerKey(event, close)}
      // Of a key that asks for it once more.
      onContextMenu={(event) => event.preventDefault()}
    >
      <p class={`clip soft ${style.label}`}>{label}</p>
      <div role="menu" aria-label={label}>
        {children}
      </div>
    </div>
  );
}

/** What belongs together in a menu. */
export function MenuGroup({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    <div role="group" aria-label={label} class={style.group}>
      <span aria-hidden="true" class={`soft ${style.label}`}>
        {label}
      </span>
      {children}
    </div>
  );
}

/** One thing to do. */
export function MenuItem({ onChoose, children }: { readonly onChoose: () => void; readonly children: string }) {
  return (
    <button type="button" role="menuitem" tabIndex={-1} class="clip" title={children} onClick={onChoose}>
      {children}
    </button>
  );
}

function itemsOf(menu: Element | null): readonly HTMLElement[] {
  return Array.from(menu?.querySelectorAll<HTMLElement>('[role=menuitem]') ?? []);
}

/** At a place, and moved as far as it would stand out of the window. */
function placeWithin(menu: HTMLElement | null, { left, top }: { readonly left: number; readonly top: number }): void {
  if (menu !== null) {
    const { offsetWidth: width, offsetHeight: height } = menu;
    menu.style.left = `${Math.max(Math.min(left, innerWidth - width - EDGE_PIXELS), 0)}px`;
    menu.style.top = `${Math.max(Math.min(top, innerHeight - height - EDGE_PIXELS), 0)}px`;
  }
}

/** Keys are of the menu alone while it is open. */
function answerKey(event: KeyboardEvent, close: () => void): void {
  event.stopPropagation();
  const items = itemsOf(event.currentTarget instanceof Element ? event.currentTarget : null);
  const at = items.findIndex((item) => item === document.activeElement);
  const steps = new Map([
    ['ArrowDown', (at + 1) % items.length],
    ['ArrowUp', at - 1],
    ['Home', 0],
    ['End', -1],
  ]);
  const next = steps.get(event.key);
  if (next !== undefined) {
    event.preventDefault();
    items.at(next)?.focus();
  } else if (event.key === 'Escape' || event.key === 'Tab') {
    event.preventDefault();
    close();
  }
}
