import { describe, expect, test } from '@jest/globals';
import { readRedisAddress, toPlace } from '../../src/config/redis/redis-address.ts';

const RIGHT = {
  'redis://h': { form: 'single', hosts: [{ host: 'h', port: 6379 }], isTls: false },
  'REDISS://h:7000/2': { form: 'single', hosts: [{ host: 'h', port: 7000 }], isTls: true, database: 2 },
  'redis://u:p%40w@[::1]:1/': {
    form: 'single',
    hosts: [{ host: '::1', port: 1 }],
    isTls: false,
    username: 'u',
    password: 'p@w',
  },
  'redis://:p:w@h': { form: 'single', hosts: [{ host: 'h', port: 6379 }], isTls: false, password: 'p:w' },
  'redis://a,b:7001': {
    form: 'cluster',
    hosts: [
      { host: 'a', port: 6379 },
      { host: 'b', port: 7001 },
    ],
    isTls: false,
  },
  'rediss+cluster://u@a': { form: 'cluster', hosts: [{ host: 'a', port: 6379 }], isTls: true, username: 'u' },
  'redis+sentinel://a,b:1/main/3': {
    form: 'sentinel',
    hosts: [
      { host: 'a', port: 26379 },
      { host: 'b', port: 1 },
    ],
    isTls: false,
    setName: 'main',
    database: 3,
  },
};

test.each(Object.entries(RIGHT))('%s is read', (text, address) => {
  expect(readRedisAddress(text)).toEqual({ ok: true, address });
});

describe('what is no URL of Redis is refused, and not repeated', () => {
  test.each([
    '',
    'hunter2',
    'http://:hunter2@h',
    'redis:',
    'redis://',
    'redis://:hunter2@',
    'redis://:hunter2@h:0',
    'redis://:hunter2@h:99999',
    'redis://:hunter2@h/x',
    'redis://:hunter2@h/1/2',
    'redis://:hunter2@h?db=1',
    'redis://:hunter2@h,',
    'redis://:hunter2@a,b/1',
    'redis+sentinel://:hunter2@a',
    'redis+nothing://:hunter2@a',
    'redis://:hunter2%@h',
    'redis://:hunter2@h x',
  ])('%s', (text) => {
    const reading = readRedisAddress(text);
    expect(reading.ok).toBe(false);
    expect(JSON.stringify(reading)).not.toContain('hunter2');
  });
});

function place(text: string): string {
  const reading = readRedisAddress(text);
  return reading.ok ? toPlace(reading.address) : reading.problem;
}

test('people are told of the servers, and of nothing else', () => {
  expect(place('rediss://u:p@[::1]:1/2')).toBe('[::1]:1');
  expect(place('redis://u:p@a,b')).toBe('the cluster at a:6379, b:6379');
  expect(place('redis+sentinel://u:p@a/main')).toBe('the sentinel at a:26379');
});
