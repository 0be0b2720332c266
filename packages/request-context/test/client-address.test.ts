import { describe, expect, test } from '@jest/globals';
import { readRequest } from './requests.ts';

function addressOf(
  peerAddress: string,
  headers: Readonly<Record<string, string>>,
  trustedProxies: readonly string[],
): readonly unknown[] {
  const ctx = readRequest({ peerAddress, headers }, { trustedProxies });
  return [ctx.sourceIp, ctx.forwardedFor, ctx.trust.source_ip];
}

describe('client address', () => {
  test('is the peer when no proxy is trusted, whatever the headers say', () => {
    const headers = { 'x-forwarded-for': '6.6.6.6', forwarded: 'for=6.6.6.6' };
    expect(addressOf('192.0.2.1', headers, [])).toEqual(['192.0.2.1', undefined, 'server_derived']);
  });

  test('is the peer when the peer itself is no trusted proxy', () => {
    expect(addressOf('192.0.2.1', { 'x-forwarded-for': '6.6.6.6' }, ['10.0.0.0/8'])).toEqual([
      '192.0.2.1',
      undefined,
      'server_derived',
    ]);
  });

  test('is the first address from the right that is no trusted proxy', () => {
    const headers = { 'x-forwarded-for': '6.6.6.6, 198.51.100.4, 10.1.1.1' };
    expect(addressOf('10.0.0.1', headers, ['10.0.0.0/8'])).toEqual([
      '198.51.100.4',
      ['198.51.100.4', '10.1.1.1'],
      'trusted_proxy',
    ]);
  });

  test('is read from Forwarded before X-Forwarded-For', () => {
    const headers = { forwarded: 'for="[2001:db8::17]:4711";proto=https, For=10.2.2.2', 'x-forwarded-for': '6.6.6.6' };
    expect(addressOf('10.0.0.1', headers, ['10.0.0.0/8'])[0]).toBe('2001:db8::17');
  });

  test('never lies left of a hop that can not be read', () => {
    const headers = { 'x-forwarded-for': '6.6.6.6, unknown, 10.1.1.1' };
    expect(addressOf('10.0.0.1', headers, ['10.0.0.0/8'])[0]).toBe('10.1.1.1');
  });

  test('is the peer when a trusted proxy forwards nothing', () => {
    expect(addressOf('10.0.0.1', {}, ['10.0.0.0/8'])).toEqual(['10.0.0.1', undefined, 'server_derived']);
  });

  test.each([
    ['::ffff:10.0.0.1', '10.0.0.0/8'],
    ['fd00::1', 'fd00::/8'],
    ['127.0.0.1', '127.0.0.1'],
    ['10.0.0.1', '::ffff:10.0.0.0/104'],
  ])('trusts %s by %s', (peer, network) => {
    expect(addressOf(peer, { 'x-forwarded-for': '198.51.100.4:1234' }, [network])[0]).toBe('198.51.100.4');
  });

  test('bounds the chain at 16 addresses', () => {
    const chain = ['198.51.100.4', ...Array.from({ length: 20 }, (_, index) => `10.0.1.${index}`)].join(',');
    expect(addressOf('10.0.0.1', { 'x-forwarded-for': chain }, ['10.0.0.0/8'])[1]).toHaveLength(16);
  });

  test.each(['', 'nonsense', '300.1.1.1', '10.0.0.0/-1', '10.0.0.0/x', '127.1'])(
    'refuses %j as a trusted proxy',
    (cidr) => {
      expect(() => readRequest({}, { trustedProxies: [cidr] })).toThrow(RangeError);
    },
  );
});
