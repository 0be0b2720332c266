// Requests as nobody would send them, and some as everybody does, from a seed.

/** Numbers from 0 to below 1, the same ones for the same seed. */
export function createRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const METHODS = ['POST', 'POST', 'POST', 'GET', 'GET', 'PUT', 'HEAD', 'post', 'POSTS', ' POST', 'PRI'];
const TARGETS = [
  '/mcp',
  '/mcp',
  '/',
  '/v1/call?a=b&c=%20',
  '//other.example/mcp',
  '/a?b?c',
  '/..;/x',
  'http://other.example/mcp',
  'other.example:443',
  '*',
  '/a b',
  '/a#b',
  '/\u0080',
  '/a\tb',
  '/a"b',
  '/{x}|\\^`',
  '',
];
const VERSIONS = [
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.1',
  'HTTP/1.0',
  'http/1.1',
  'HTTP/2.0',
  'HTTP/1.1 ',
  'HTTP/11',
];
const NAMES = [
  'Accept',
  'Content-Type',
  'X-A',
  'x_b',
  'MCP-Session-Id',
  'Cookie',
  'Set-Cookie',
  'Connection',
  'Keep-Alive',
  'Proxy-Connection',
  'Transfer-Encoding',
  'Content-Length',
  'Host',
  'Expect',
  'Upgrade',
  'TE',
  'Trailer',
  'constructor',
  '__proto__',
  'hasOwnProperty',
  "!#$%&'*+-.^_`|~09",
  'X-A ',
  ' X-A',
  'X A',
  'X\u0000',
  'X\u0080',
  '',
];
const VALUES = [
  'application/json',
  'a',
  'close',
  'keep-alive',
  'Keep-Alive, Upgrade',
  'chunked',
  'identity',
  '100-continue',
  'h2c',
  '0',
  '5',
  '+5',
  '05',
  ' 5',
  '5 ',
  '5,5',
  '0x5',
  '5\u0000',
  '99999999999999999999',
  'a\tb  c',
  '\u0080\u00ff',
  '\u007f',
  'a\rb',
  'a\nb',
  'a\r\n b',
  '\t',
  '',
];
const LINE_ENDS = ['\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\r\n', '\n', '\r', '\r\r\n', '\n\r\n'];
const BODIES = [
  '',
  'hello',
  '0\r\n\r\n',
  '5\r\nhello\r\n0\r\n\r\n',
  'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
  '\u00ff\u0000',
];
const ODD_BYTES = '\r\n\t :,;\u0000\u007f\u0080\u00ff0aZ/';
const BYTES = Array.from({ length: ODD_BYTES.length }, (_, at) => ODD_BYTES.charAt(at));

/** Makes one request after the other: parts that belong together, parts that don't, and bytes that were changed. */
export function createRequests(random: () => number): () => Buffer {
  const isSo = (share: number): boolean => random() < share;
  const upTo = (end: number): number => Math.floor(random() * end);
  const pick = <T>(from: readonly T[]): T => from[upTo(from.length)]!;
  const odd = <T>(plain: T, from: readonly T[]): T => (isSo(0.1) ? pick(from) : plain);

  function header(): string {
    const name = isSo(0.85) ? `X-${upTo(1000)}` : pick(NAMES);
    const value = isSo(0.85) ? 'some value' : pick(VALUES);
    return `${name}${odd(': ', [':', ' : ', ':\t', ':  ', ''])}${value}${odd('\r\n', LINE_ENDS)}`;
  }

  function whole(): string {
    const body = pick(BODIES);
    const method = odd(isSo(0.7) ? 'POST' : 'GET', METHODS);
    const length = method === 'GET' && isSo(0.9) ? '' : `Content-Length: ${odd(String(body.length), VALUES)}\r\n`;
    const lines = [
      odd('Host: x\r\n', ['', 'host:x\r\n', 'Host: a@b, c\r\n']),
      length,
      ...Array.from({ length: upTo(4) }, header),
    ].toSorted(() => random() - 0.5);
    const end = `${lines.join('')}${odd('\r\n', LINE_ENDS)}${length === '' && isSo(0.9) ? '' : body}`;
    return `${method}${odd(' ', ['  ', '\t', ''])}${odd('/mcp', TARGETS)}${odd(' ', ['  ', '\t', ''])}${odd('HTTP/1.1', VERSIONS)}${odd('\r\n', LINE_ENDS)}${end}`;
  }

  function changed(text: string): string {
    const at = upTo(text.length);
    const byte = isSo(0.7) ? pick(BYTES) : String.fromCharCode(upTo(256));
    return text.slice(0, at) + (isSo(0.7) ? byte : '') + text.slice(at + upTo(3));
  }

  return () => {
    let text = whole();
    while (isSo(0.3)) {
      text = changed(text);
    }
    return Buffer.from(text, 'latin1');
  };
}
