import { toPlace, type RedisAddress } from '../../../config/redis/redis-address.ts';
import { GuardedLink, type LinkOptions } from './guarded-link.ts';
import type { LinkStatus, RedisLink } from './redis-link.ts';

/** What a gateway's link to Redis goes by. */
export interface RedisLinkOptions extends Pick<LinkOptions, 'keyPrefix' | 'onRefused' | 'onError'> {
  /** Read at each try, so that a password that has changed is taken up. @throws {Error} When its file can't be read. */
  readonly address: () => RedisAddress;
  /** Called at each change, and once when the first try fails, with a line for people. */
  readonly onChange: (status: LinkStatus, line: string) => void;
}

/** A link, and when it is known whether Redis is there. */
export interface OpenedLink {
  readonly link: RedisLink;
  /** Resolves when Redis is found or was not at the first try, within seconds. Never rejects. */
  readonly tried: Promise<void>;
}

/** Looks for Redis from now on. */
export function openRedisLink({ address, onChange, ...rest }: RedisLinkOptions): OpenedLink {
  let wasUp = false;
  let place = 'Redis';
  const link = new GuardedLink({
    ...rest,
    // The library is loaded by those who name a Redis alone.
    open: async (options) => {
      const { openConnection } = await import('./open-connection.ts');
      const read = address();
      place = toPlace(read);
      return openConnection(read, options);
    },
    onChange: (status) => {
      onChange(status, toLine(status, { place, wasUp }));
      wasUp ||= status.isUp;
    },
  });
  return { link, tried: link.start() };
}

function toLine({ isUp, reason }: LinkStatus, { place, wasUp }: { place: string; wasUp: boolean }): string {
  if (isUp) {
    return wasUp ? `redis: ${place} is back; state is shared again` : `redis: state is shared by ${place}`;
  }
  const now = wasUp ? `${place} is away` : `${place} can't be used yet`;
  return `redis: ${now} (${reason}); this gateway goes on with its own state and joins when it answers`;
}
