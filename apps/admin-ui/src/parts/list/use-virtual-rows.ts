import { useLayoutEffect, useState } from 'preact/hooks';

/** Only the rows in sight are in the document, and some above and below. */
const OVERSCAN = 12;

/** A row that is drawn. */
export interface VirtualRow {
  readonly index: number;
  /** Pixels from the top of the first row. */
  readonly start: number;
}

/** What is in sight. */
export interface VirtualRows {
  readonly items: readonly VirtualRow[];
  /** Of all rows, in pixels. */
  readonly height: number;
  readonly reveal: (index: number) => void;
}

/** The first row in sight, and how many there is room for. */
interface Sight {
  readonly first: number;
  readonly rows: number;
}

/** The rows of `count` that are in sight in `element`, each `rowHeight` pixels high. */
export function useVirtualRows(
  element: { readonly current: HTMLElement | null },
  count: number,
  rowHeight: number,
): VirtualRows {
  const { first, rows } = useSight(element, rowHeight);
  // Fewer rows than before: the browser scrolls back, and tells of it later.
  const from = Math.max(Math.min(first, count - rows) - OVERSCAN, 0);
  const drawn = rows === 0 ? 0 : Math.min(first + rows + OVERSCAN, count) - from;
  return {
    items: Array.from({ length: Math.max(drawn, 0) }, (_, place) => ({
      index: from + place,
      start: (from + place) * rowHeight,
    })),
    height: count * rowHeight,
    reveal: (index) => reveal(element.current, index * rowHeight, rowHeight),
  };
}

function useSight(element: { readonly current: HTMLElement | null }, rowHeight: number): Sight {
  const [sight, setSight] = useState<Sight>({ first: 0, rows: 0 });
  useLayoutEffect(() => {
    const { current } = element;
    if (current === null) {
      return undefined;
    }
    const look = (): void => {
      const first = Math.floor(current.scrollTop / rowHeight);
      const rows = Math.ceil(current.clientHeight / rowHeight) + 1;
      setSight((before) => (before.first === first && before.rows === rows ? before : { first, rows }));
    };
    look();
    const resized = new ResizeObserver(look);
    resized.observe(current);
    current.addEventListener('scroll', look, { passive: true });
    return () => {
      resized.disconnect();
      current.removeEventListener('scroll', look);
    };
  }, []);
  return sight;
}

/** Scrolls as far as it takes for a row to be seen whole. */
function reveal(element: HTMLElement | null, start: number, rowHeight: number): void {
  if (element !== null) {
    const { scrollTop: top, clientHeight: height } = element;
    element.scrollTop = Math.min(Math.max(top, start + rowHeight - height), start);
  }
}
