import type { InstrumentationScope } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';

/** What spans and log records have in common. */
interface ScopedRecord {
  readonly resource: Resource;
  readonly instrumentationScope: InstrumentationScope;
}

/** Records as a request holds them: by resource, then by scope. */
export function groupByScope<Item extends ScopedRecord>(
  records: readonly Item[],
): Map<Resource, Map<InstrumentationScope, Item[]>> {
  const groups = new Map<Resource, Map<InstrumentationScope, Item[]>>();
  for (const record of records) {
    let scopes = groups.get(record.resource);
    if (scopes === undefined) {
      groups.set(record.resource, (scopes = new Map()));
    }
    const members = scopes.get(record.instrumentationScope);
    if (members === undefined) {
      scopes.set(record.instrumentationScope, [record]);
    } else {
      members.push(record);
    }
  }
  return groups;
}

/** Flags of OTLP beside the eight of W3C: whether it is known that the parent is remote, and whether it is. */
const HAS_IS_REMOTE = 0x1_00;
const IS_REMOTE = 0x2_00;

export function toFlags(traceFlags: number, isRemote: boolean | undefined): number {
  return (traceFlags & 0xff) | HAS_IS_REMOTE | (isRemote === true ? IS_REMOTE : 0);
}
