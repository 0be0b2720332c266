import { describe, expect, test } from '@jest/globals';
import { gunzipSync } from 'node:zlib';
import { compression } from '../src/fetch/compression.ts';

const text = 'metric_total 1\n'.repeat(200);

async function answer(init: ResponseInit, acceptEncoding = 'gzip', method = 'GET'): Promise<Response> {
  const handler = compression()(async () => new Response(text, init));
  return handler(new Request('http://gateway/', { method, headers: { 'accept-encoding': acceptEncoding } }), {});
}

const plain = { headers: { 'content-type': 'text/plain; version=0.0.4' } };

describe('compression', () => {
  test('gzips text for a client that accepts it', async () => {
    const response = await answer(plain);
    expect(response.headers.get('content-encoding')).toBe('gzip');
    expect(gunzipSync(Buffer.from(await response.arrayBuffer())).toString()).toBe(text);
  });

  test('says Vary also to a client that does not', async () => {
    const response = await answer(plain, 'identity');
    expect(response.headers.get('vary')).toBe('Accept-Encoding');
    expect(await response.text()).toBe(text);
  });

  test('keeps what Vary said and says it once', async () => {
    const headers = { ...plain.headers, vary: 'accept, accept-encoding' };
    expect((await answer({ headers })).headers.get('vary')).toBe('accept, accept-encoding');
  });

  test.each([
    ['an event stream', { headers: { 'content-type': 'text/event-stream' } }],
    ['an image', { headers: { 'content-type': 'image/png' } }],
    ['what is encoded already', { headers: { ...plain.headers, 'content-encoding': 'br' } }],
    ['no-transform', { headers: { ...plain.headers, 'cache-control': 'private, no-transform' } }],
    ['a partial answer', { ...plain, status: 206 }],
    ['a body known to be small', { headers: { ...plain.headers, 'content-length': '1023' } }],
  ])('leaves %s alone', async (_name, init) => {
    const response = await answer(init);
    expect(response.headers.get('content-encoding')).not.toBe('gzip');
    expect(await response.text()).toBe(text);
  });

  test('drops the length and weakens the entity tag of what it changes', async () => {
    const response = await answer({ headers: { ...plain.headers, 'content-length': '3000', etag: '"v1"' } });
    expect(response.headers.has('content-length')).toBe(false);
    expect(response.headers.get('etag')).toBe('W/"v1"');
  });

  test('does not touch the answer to HEAD', async () => {
    expect((await answer(plain, 'gzip', 'HEAD')).headers.get('content-encoding')).toBeNull();
  });
});
