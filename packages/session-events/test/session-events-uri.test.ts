import { parseSessionEventsUri, toSessionEventsUri } from '@dcc-mcp/session-events';
import { describe, expect, test } from '@jest/globals';

describe('parseSessionEventsUri', () => {
  test.each([
    ['events://session/houdini-001', 'houdini-001', {}],
    ['events://session/houdini-001?cursor=0&limit=100', 'houdini-001', { cursor: 0, limit: 100 }],
    ['events://session/a%20b%2Fc?waitMs=500', 'a b/c', { waitMs: 500 }],
    [toSessionEventsUri('ü?&/'), 'ü?&/', {}],
  ])('reads %s', (uri, instanceId, read) => {
    expect(parseSessionEventsUri(uri)).toEqual({ ok: true, instanceId, read });
  });

  test.each([
    ['events://session/', 'the address must be events://session/<instance id>'],
    ['events://other/a', 'the address must be events://session/<instance id>'],
    ['events://session/%E0%A4%A', 'the address must be events://session/<instance id>'],
    ['events://session/a?limit=0', 'limit must be a whole number from 1 to 1000, got "0"'],
    ['events://session/a?limit=ten', 'limit must be a whole number from 1 to 1000, got "ten"'],
    ['events://session/a?limit=', 'limit must be a whole number from 1 to 1000, got ""'],
    ['events://session/a?cursor=-1', 'cursor must be a whole number from 0, got "-1"'],
    ['events://session/a?cursor=1e3', 'cursor must be a whole number from 0, got "1e3"'],
    ['events://session/a?cursor=1&cursor=2', 'cursor is given more than once'],
    ['events://session/a?drain=1', 'unknown parameter "drain"; known: cursor, limit, waitMs'],
  ])('refuses %s', (uri, message) => {
    expect(parseSessionEventsUri(uri)).toEqual({ ok: false, message: expect.stringContaining(message) });
  });
});
