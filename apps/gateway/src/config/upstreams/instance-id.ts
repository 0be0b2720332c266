import { createHash } from 'node:crypto';

/** RFC 9562, "NameSpace_DNS". Which namespace it is does not matter, only that instance ids never change. */
const NAMESPACE = Buffer.from('6ba7b8109dad11d180b400c04fd430c8', 'hex');

/** The UUID v5 of a server's name (RFC 9562, section 5.5): the same text gives the same id, everywhere and always. */
export function toInstanceId(name: string): string {
  const digest = createHash('sha1').update(NAMESPACE).update(name).digest().subarray(0, 16);
  digest.writeUInt8((digest.readUInt8(6) & 0x0f) | 0x50, 6);
  digest.writeUInt8((digest.readUInt8(8) & 0x3f) | 0x80, 8);
  return digest.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}
