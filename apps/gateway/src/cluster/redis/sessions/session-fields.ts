import { hash } from 'node:crypto';
import type { EndedSession, SessionOwner, SessionRecord } from '../../../mcp/session/session-records.ts';
import { stateBytes } from '../../../mcp/session/session-state.ts';
import { keptBytes } from '../../../protocol/kept-bytes.ts';
import { parseOwn, toArguments, toPresent } from '../joined/replies.ts';

const URI_FIELD = 'uri:';

/** What of a session never changes. */
type Fixed = Omit<SessionRecord, 'logLevel' | 'lastUsedAt' | 'isUsed'>;

/** A session as names and values of a hash, besides its share and its use. */
export function toSessionFields({ record, subscriptions }: EndedSession): string[] {
  const { logLevel, lastUsedAt: _, isUsed: __, ...fixed } = record;
  const uriBytes = subscriptions.reduce((bytes, uri) => bytes + keptBytes(uri), 0);
  return [
    ...toArguments({
      record: JSON.stringify(fixed satisfies Fixed),
      principal: toPresent(record.owner.principal),
      bytes: String(stateBytes(record) + uriBytes),
      logLevel,
    }),
    ...subscriptions.flatMap((uri) => [URI_FIELD + escapeUri(uri), '']),
  ];
}

/** @returns `undefined` where the fields are no session that this version has written. */
export function toSession(fields: ReadonlyMap<string, string>): EndedSession | undefined {
  const fixed = parseOwn<Fixed>(fields.get('record'));
  if (fixed === undefined) {
    return undefined;
  }
  const uris = [...fields.keys()].filter((name) => name.startsWith(URI_FIELD));
  return {
    record: {
      ...fixed,
      // JSON leaves out what is absent.
      owner: { principal: fixed.owner.principal, share: fixed.owner.share },
      clientInfo: fixed.clientInfo,
      logLevel: fields.get('logLevel'),
      lastUsedAt: Number(fields.get('lastUsedAt')),
      isUsed: fields.get('isUsed') === '1',
    },
    subscriptions: uris.map((name) => unescapeUri(name.slice(URI_FIELD.length))),
  };
}

/** A share names a key: it may be long, and anything may stand in it. */
export function toShareName({ share }: SessionOwner): string {
  return hash('sha256', share).slice(0, 32);
}

/** NUL ends a URI where it stands before an id. */
export function escapeUri(uri: string): string {
  return uri.replaceAll('\\', '\\\\').replaceAll('\0', '\\0');
}

export function unescapeUri(text: string): string {
  return text.replaceAll(/\\(.)/g, (_, escaped: string) => (escaped === '0' ? '\0' : escaped));
}
