/** What anybody reads of a row as it lies in the file. */
export interface StoredMembers {
  readonly timestamp: string;
}

/** A row of the text that was written of it; one whose text is damaged has nothing, and is not in the way of others. */
export function parseRow(body: string): StoredMembers {
  try {
    const row: StoredMembers = JSON.parse(body);
    return row;
  } catch {
    return { timestamp: '' };
  }
}
