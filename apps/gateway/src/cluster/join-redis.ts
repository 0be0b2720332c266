import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GatewayConfig } from '../config/reader/gateway-config.ts';
import { redisSettingsOf } from '../config/redis/redis-settings.ts';
import type { Log } from '../protocol/log.ts';
import { messageOf } from '../protocol/thrown-error.ts';
import type { ActivityNote } from '../recording/rows/activity-note.ts';
import { createRedisState } from './redis-state.ts';
import { openRedisLink } from './redis/link/open-redis-link.ts';
import type { LinkStatus } from './redis/link/redis-link.ts';
import type { SharedState } from './shared-state.ts';

/** What a gateway that joins others works with. */
export interface JoinOptions {
  /** What it has by itself. */
  readonly local: () => SharedState;
  readonly log: Log;
}

/** What is shared, and what ends that. */
export interface Joined {
  readonly state: SharedState;
  /** @param listener Told of what belongs into the feed of activity, and at once of what happened until now. */
  tell(listener: (note: ActivityNote) => void): void;
  /** This gateway serves from now on: one that waits for its port is nobody that others count on. */
  begin(): void;
  /** Leaves the others; nothing is shared any more. Never rejects. */
  leave(): Promise<void>;
}

/** How long the start waits for Redis: one that is there answers in less. */
const START_MILLIS = 500;

/** Shares state by the Redis that the configuration names; where it names none, state is this gateway's own. */
export async function joinRedis(config: GatewayConfig, { local, log }: JoinOptions): Promise<Joined> {
  const settings = redisSettingsOf(config);
  if (settings === undefined) {
    return { state: local(), tell: () => undefined, begin: () => undefined, leave: async () => undefined };
  }
  const early: ActivityNote[] = [];
  const onError = (error: unknown): void => log(`redis: internal error: ${messageOf(error)}`, { severity: 'error' });
  let onNote = (note: ActivityNote): unknown => early.push(note);
  const opened = openRedisLink({
    ...settings,
    onChange: (status, line) => {
      log(line, { severity: status.isUp ? 'info' : 'warn' });
      onNote(toNote(status, line));
    },
    onRefused: (problem) => log(`redis: a command was refused (${problem})`, { severity: 'warn' }),
    onError,
  });
  const { link } = opened;
  const state = createRedisState(link, local(), { id: randomUUID(), onError });
  const whenShared = opened.tried.then(() => state.whenJoined());
  await Promise.race([whenShared, sleep(START_MILLIS, undefined, { ref: false })]);
  return {
    state,
    tell: (listener) => {
      onNote = listener;
      early.forEach(listener);
    },
    begin: () => void state.begin(),
    leave: async () => {
      await state.close();
      link.close();
    },
  };
}

function toNote({ isUp }: LinkStatus, message: string): ActivityNote {
  return { kind: 'config', severity: isUp ? 'info' : 'warning', status: isUp ? 'shared' : 'degraded', message };
}
