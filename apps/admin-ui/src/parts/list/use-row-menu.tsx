import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { useKeys } from '../../shell/use-keys.ts';
import { currentLine } from './current-row.ts';
import style from './list-frame.module.css';
import type { MenuPlace, RowTableProps } from './row-table.tsx';

/** A row whose menu is asked for, and where. */
export interface AskedMenu<Row> extends MenuPlace {
  readonly row: Row;
  readonly onClose: () => void;
}

interface RowMenu<Row> {
  readonly shown: ComponentChildren;
  readonly onMenu: RowTableProps<Row>['onMenu'];
}

/** The menu of a row, once a right click or a key asks for it; nothing where a list has none. */
export function useRowMenu<Row>(menu: ((asked: AskedMenu<Row>) => ComponentChildren) | undefined): RowMenu<Row> {
  const [asked, setAsked] = useState<AskedMenu<Row>>();
  useKeys(menu === undefined ? {} : { rowMenu: askByKey });
  return {
    shown: asked !== undefined && <div class={style.over}>{menu?.(asked)}</div>,
    onMenu: menu && ((row, at) => setAsked({ row, ...at, onClose: () => setAsked(undefined) })),
  };
}

/** A key is a right click on the row that it is about. What stands beside the list has the menu of the browser. */
function askByKey(): boolean {
  const row = document.activeElement?.closest('aside') ? null : currentLine();
  const { left: clientX, bottom: clientY } = row?.getBoundingClientRect() ?? { left: 0, bottom: 0 };
  row?.dispatchEvent(new MouseEvent('contextmenu', { bubbles: true, cancelable: true, clientX, clientY }));
  return row !== null;
}
