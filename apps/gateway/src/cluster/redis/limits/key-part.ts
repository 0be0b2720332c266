import { createHash } from 'node:crypto';

/** A principal may be called as its issuer likes; keys that people read are shorter than that. */
const MAX_LENGTH = 128;

/** What stands for a principal in a key: its name, or the hash of one that is long. */
export function principalPart(principal: string): string {
  return principal.length <= MAX_LENGTH ? principal : createHash('sha256').update(principal).digest('base64url');
}
