import { expect, test } from '@jest/globals';
import { tellsFull } from '../../src/http/open-listeners.ts';
import type { LogFields } from '../../src/protocol/log.ts';

test('that connections are refused is a warning, and that they are taken again is not', () => {
  const said: (readonly [string, LogFields | undefined])[] = [];
  const tell = tellsFull((line, fields) => said.push([line, fields]));
  tell(true);
  tell(false);
  expect(said).toEqual([
    ['all connections wait for answers: new ones are refused with 503', { severity: 'warn' }],
    ['connections are taken again', undefined],
  ]);
});
