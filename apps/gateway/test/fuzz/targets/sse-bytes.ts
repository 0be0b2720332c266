// The bytes of an event stream: however noise is written around an answer and wherever packets end, the same comes out.
import * as fc from 'fast-check';
import { startBehindGateway } from '../behind-gateway.ts';
import { type ByteText, type Target, toByteText } from '../target.ts';

export interface SseInput {
  readonly before: readonly ByteText[];
  readonly lineEnd: '\n' | '\r\n' | '\r';
  readonly after: readonly ByteText[];
  readonly cuts: readonly number[];
}

const ANSWER = '{"jsonrpc":"2.0","id":$ID,"result":{"content":[{"type":"text","text":"done"}]}}';

const line: fc.Arbitrary<ByteText> = fc.oneof(
  fc.constantFrom(
    '',
    '',
    ': comment',
    ':',
    'data',
    'data:',
    'data: {',
    'data: null',
    'data: {"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}}',
    'data: {"jsonrpc":"2.0","method":"notifications/progress","params":{"progressToken":1,"progress":1}}',
    'data: {"jsonrpc":"2.0","id":"other","result":{}}',
    'data: {"jsonrpc":"2.0","id":5,"method":"sampling/createMessage","params":{}}',
    'event: message',
    'event: heartbeat',
    'event',
    'id: 1',
    'id: \0',
    'retry: 10',
    'retry: 99999999999999999999',
    'unknown: field',
    toByteText('\ufeffdata: x'),
    toByteText('data: \u2028é'),
  ),
  fc.string({ unit: 'binary', maxLength: 20 }).map((text) => toByteText(text.replaceAll(/[\r\n]/g, ' '))),
  fc.uint8Array({ maxLength: 12 }).map((bytes) =>
    Buffer.from(bytes)
      .toString('latin1')
      .replaceAll(/[\r\n]/g, ' '),
  ),
);

/** The gateway's own stream is read for some moments: where a machine stands still for them, less of it has come. */
const MAX_TRIES = 3;

export const sseBytes: Target<SseInput> = {
  name: 'sse-bytes',
  inputs: fc.record({
    before: fc.array(line, { maxLength: 8 }),
    lineEnd: fc.constantFrom<SseInput['lineEnd']>('\n', '\r\n', '\r'),
    after: fc.array(line, { maxLength: 3 }),
    cuts: fc.array(fc.nat(400), { maxLength: 6 }),
  }),
  async open() {
    const behind = await startBehindGateway();
    return {
      async check({ before, lineEnd, after, cuts }) {
        const lines = [...before, '', `data: ${ANSWER}`, '', ...after, '', ''];
        const stream = { status: 200, headers: { 'content-type': 'text/event-stream' }, body: lines.join(lineEnd) };
        for (let tries = 1; ; tries += 1) {
          const whole = await behind.ask('tools/call', { ...stream, cuts: [] });
          const cut = await behind.ask('tools/call', { ...stream, cuts });
          if (whole === cut) {
            break;
          }
          if (tries === MAX_TRIES) {
            throw new Error(`in one packet: ${whole}; in several: ${cut}`);
          }
        }
        await behind.recover();
      },
      close: () => behind.close(),
    };
  },
};
