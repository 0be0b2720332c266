import { type RedisLink, RedisUnavailable } from './redis-link.ts';

/** What Redis says, or this gateway by itself where Redis is away. @throws {Error} What `local`, or a defect, throws. */
export async function withLocal<T>(
  link: Pick<RedisLink, 'isUp'>,
  remote: () => Promise<T>,
  local: () => T | Promise<T>,
): Promise<T> {
  if (!link.isUp) {
    return local();
  }
  try {
    return await remote();
  } catch (error) {
    if (error instanceof RedisUnavailable) {
      return local();
    }
    throw error;
  }
}
