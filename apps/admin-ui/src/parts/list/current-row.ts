/** The line of a list that keys are about: the one that has the focus, else the one that is open. */
export function currentLine(): Element | null {
  return (
    document.activeElement?.closest('[role=table] [role=row]') ??
    document.querySelector('[role=table] [role=row][aria-current]')
  );
}

/** The row of that line. */
export function currentRow<Row>(rows: readonly Row[]): Row | undefined {
  // The first line has the heads.
  return rows[Number(currentLine()?.getAttribute('aria-rowindex')) - 2];
}
