/** Half of a surrogate pair is no text. */
const UNWRITABLE = /[\uD800-\uDFFF]/gu;

/**
 * Writes an attribute value as label text: strings as they are, numbers, booleans and big integers in digits and
 * words, bytes in base64, lists and maps as JSON (OTel common specification, "AnyValue").
 */
export function toLabelValue(value: unknown): string {
  const text = typeof value === 'string' ? value : toText(value);
  return text.replace(UNWRITABLE, '\uFFFD');
}

function toText(value: unknown): string {
  if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint') {
    return value.toString();
  }
  if (value instanceof Uint8Array) {
    return toBase64(value);
  }
  return typeof value === 'object' && value !== null ? toJson(value) : '';
}

function toJson(value: object): string {
  try {
    return JSON.stringify(value, toJsonValue);
  } catch {
    return '[unserializable]'; // a circular object; losing one value is better than losing the scrape
  }
}

function toJsonValue(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') {
    return value.toString();
  }
  return value instanceof Uint8Array ? toBase64(value) : value;
}

function toBase64(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    text += String.fromCharCode(byte);
  }
  return btoa(text);
}
