// One table of keys: it drives what they do, the sheet that lists them, and the page in docs/guides.
import type { TextKey } from '../text/en/en.ts';

/** What keys do. A panel says which of them it answers. */
export const KEYS = [
  { action: 'next', keys: ['j', 'ArrowDown'], label: 'keys.next' },
  { action: 'previous', keys: ['k', 'ArrowUp'], label: 'keys.previous' },
  { action: 'open', keys: ['Enter'], label: 'keys.open' },
  { action: 'close', keys: ['Escape'], label: 'keys.close' },
  { action: 'rowMenu', keys: ['ContextMenu', 'Shift+F10'], label: 'keys.rowMenu' },
  { action: 'mark', keys: ['m'], label: 'keys.mark' },
  { action: 'compare', keys: ['c'], label: 'keys.compare' },
  { action: 'filter', keys: ['/'], label: 'keys.filter' },
  { action: 'copyLink', keys: ['y'], label: 'keys.copyLink' },
  { action: 'saveView', keys: ['v'], label: 'keys.saveView' },
  { action: 'view', keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'], label: 'keys.view' },
  { action: 'live', keys: ['p'], label: 'keys.live' },
  { action: 'clear', keys: ['x'], label: 'keys.clear' },
  { action: 'refresh', keys: ['r'], label: 'keys.refresh' },
  { action: 'times', keys: ['t'], label: 'keys.times' },
  { action: 'nextMatch', keys: ['n'], label: 'keys.nextMatch' },
  { action: 'previousMatch', keys: ['N'], label: 'keys.previousMatch' },
  { action: 'fit', keys: ['0'], label: 'keys.fit' },
  { action: 'nearer', keys: ['+', '='], label: 'keys.nearer' },
  { action: 'farther', keys: ['-'], label: 'keys.farther' },
  { action: 'earlier', keys: ['h', 'ArrowLeft'], label: 'keys.earlier' },
  { action: 'later', keys: ['l', 'ArrowRight'], label: 'keys.later' },
  { action: 'logical', keys: ['f'], label: 'keys.logical' },
  { action: 'compress', keys: ['i'], label: 'keys.compress' },
  { action: 'help', keys: ['?'], label: 'keys.help' },
] as const satisfies readonly { readonly action: string; readonly keys: readonly string[]; readonly label: TextKey }[];

export type KeyAction = (typeof KEYS)[number]['action'];
/** Each is told the key; one that gives false leaves it to those below, and at last to the browser. */
export type KeyHandlers = { readonly [Action in KeyAction]?: (key: string) => unknown };

/** What a panel answers lies above what the page answers. */
const answering: KeyHandlers[] = [];
let isGoing = false;

/** Lets `handlers` answer keys until the returned function is called. */
export function answerKeys(handlers: KeyHandlers): () => void {
  answering.push(handlers);
  return () => {
    answering.splice(answering.indexOf(handlers), 1);
  };
}

/** Listens to keys of the whole page; `goTo` is told the key that follows `g`. */
export function listenToKeys(goTo: (key: string) => boolean): void {
  document.addEventListener('keydown', (event) => {
    const isModified = event.ctrlKey || event.metaKey || event.altKey;
    if (event.defaultPrevented || isModified || document.querySelector('dialog[open]') !== null) {
      return;
    }
    if (isTyping(event.target) ? event.key === 'Escape' : true) {
      answer(event, goTo);
    }
  });
}

function answer(event: KeyboardEvent, goTo: (key: string) => boolean): void {
  const wasGoing = isGoing;
  isGoing = !wasGoing && event.key === 'g';
  if ((wasGoing && goTo(event.key)) || isGoing) {
    event.preventDefault();
    return;
  }
  const action = actionOf(event.shiftKey && event.key === 'F10' ? 'Shift+F10' : event.key);
  // A link or a button that has the focus does what Enter does to it.
  if (action !== undefined && !(event.key === 'Enter' && isControl(event.target)) && act(action, event.key)) {
    event.preventDefault();
  }
}

/** The topmost that has an answer gives it: one that says `false` leaves the key to those below. */
function act(action: KeyAction, key: string): boolean {
  const handlers = answering.flatMap(({ [action]: handler }) => handler ?? []);
  return handlers.toReversed().some((handler) => handler(key) !== false);
}

/** What a key does. */
export function actionOf(key: string): KeyAction | undefined {
  return KEYS.find(({ keys }) => keys.some((each) => each === key))?.action;
}

function isTyping(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('input, textarea, select, [contenteditable]') !== null;
}

function isControl(target: EventTarget | null): boolean {
  return target instanceof Element && target.closest('a, button, summary') !== null;
}
