import { signal } from '@preact/signals';

const KEY = 'dcc-mcp.token';

/** The credential of the reader: in the memory of this tab, or in its session where that was asked for. */
export const accessToken = signal(read());

/** Takes a credential; an empty one signs out. */
export function keepToken(token: string, isKept: boolean): void {
  accessToken.value = token;
  try {
    if (isKept && token !== '') {
      sessionStorage.setItem(KEY, token);
    } else {
      sessionStorage.removeItem(KEY);
    }
  } catch {
    // Storage is forbidden: it lasts as long as the page.
  }
}

function read(): string {
  try {
    return sessionStorage.getItem(KEY) ?? '';
  } catch {
    return '';
  }
}
