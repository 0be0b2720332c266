import { sha1 } from './sha1.ts';

/** RFC 9562, "NameSpace_DNS". Which namespace it is does not matter, only that instance ids never change. */
const NAMESPACE = '6ba7b810-9dad-11d1-80b4-00c04fd430c8';

/** The UUID v5 of a name (RFC 9562, section 5.5): the same text gives the same id, everywhere and always. */
export function uuidV5(name: string): string {
  const namespace = Uint8Array.from(NAMESPACE.replaceAll('-', '').match(/../g) ?? [], (hex) =>
    Number.parseInt(hex, 16),
  );
  const bytes = new TextEncoder().encode(name);
  const message = new Uint8Array(namespace.length + bytes.length);
  message.set(namespace);
  message.set(bytes, namespace.length);
  const digest = sha1(message).subarray(0, 16);
  digest[6] = ((digest[6] ?? 0) & 0x0f) | 0x50;
  digest[8] = ((digest[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}
