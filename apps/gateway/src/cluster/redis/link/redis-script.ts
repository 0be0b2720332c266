import { createHash } from 'node:crypto';
import type { RedisScript } from './redis-link.ts';

/** A script of this text. */
export function redisScript(text: string): RedisScript {
  return { text, sha: createHash('sha1').update(text).digest('hex') };
}
