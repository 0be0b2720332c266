import type { EndedSession, SessionRecord, SessionRecords } from '../../../mcp/session/session-records.ts';

/** Has the copies of sessions dropped wherever there may be some; resolves when they are. */
export type DropCopies = (ids: readonly string[]) => Promise<unknown>;

/** Sessions of which other processes keep copies: a change is answered when no old copy is left. */
export function toldSessions(records: SessionRecords, drop: DropCopies): SessionRecords {
  const dropEnded = async (ended: readonly EndedSession[]): Promise<readonly EndedSession[]> => {
    if (ended.length > 0) {
      await drop(ended.map(({ record }) => record.id));
    }
    return ended;
  };
  return {
    find: (key) => records.find(key),
    use: (key, now) => records.use(key, now),
    read: (ids) => records.read(ids),
    subscribe: (id, uri) => records.subscribe(id, uri),
    unsubscribe: (id, uri) => records.unsubscribe(id, uri),
    subscribersOf: (uri) => records.subscribersOf(uri),
    subscribedUris: () => records.subscribedUris(),
    add: async (record: SessionRecord, inUseSince) => {
      const added = await records.add(record, inUseSince);
      if (added.ok) {
        await dropEnded(added.ended);
      }
      return added;
    },
    setLogLevel: async (id, level) => {
      await records.setLogLevel(id, level);
      await drop([id]);
    },
    end: async (id) => {
      const ended = await records.end(id);
      await dropEnded(ended === undefined ? [] : [ended]);
      return ended;
    },
    endIdle: async (deadline) => dropEnded(await records.endIdle(deadline)),
    close: async () => dropEnded(await records.close()),
  };
}
