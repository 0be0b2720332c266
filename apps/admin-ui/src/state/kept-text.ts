// Texts that outlive the tab in this browser. Storage may be forbidden or full: then what is kept lasts as long as the tab.

/** What was kept under a name. */
export function keptText(name: string): string | undefined {
  return attempt(() => localStorage.getItem(keyOf(name))) ?? undefined;
}

/** Keeps a text under a name, or nothing any more. */
export function keepText(name: string, text: string | undefined): void {
  attempt(() => (text === undefined ? localStorage.removeItem(keyOf(name)) : localStorage.setItem(keyOf(name), text)));
}

/** Tells of what another tab keeps under a name. */
export function watchKeptText(name: string, listener: (text: string | undefined) => void): void {
  addEventListener('storage', ({ key, newValue }) => {
    if (key === keyOf(name) || key === null) {
      listener(newValue ?? undefined);
    }
  });
}

function keyOf(name: string): string {
  return `dcc-mcp.${name}`;
}

function attempt<Value>(act: () => Value): Value | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}
