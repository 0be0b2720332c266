// The lines of a child process: whatever it prints before an answer, the answer arrives or the call ends with a cause.
import * as fc from 'fast-check';
import { join } from 'node:path';
import { type GatewayUnderFire, startUnderFire } from '../gateway-under-fire.ts';
import { jsonText } from '../inputs/json-text.ts';
import { type ByteText, type Target, toByteText } from '../target.ts';

export interface StdioInput {
  readonly bytes: ByteText;
  readonly cuts: readonly number[];
}

/** A child that was ended for what it printed is there again within this time. */
const RECOVERY_MILLIS = 20_000;
const CALL_TIMEOUT_MILLIS = 2_000;

const MESSAGES: readonly unknown[] = [
  { jsonrpc: '2.0', id: 99, result: {} },
  { jsonrpc: '2.0', id: '$ID', result: { content: [] } },
  { jsonrpc: '2.0', method: 'notifications/message', params: { level: 'info', data: 'x' } },
  { jsonrpc: '2.0', method: 'notifications/tools/list_changed' },
  { jsonrpc: '2.0', method: 'notifications/progress', params: { progressToken: 'x', progress: 1 } },
  { jsonrpc: '2.0', id: 's1', method: 'sampling/createMessage', params: { messages: [], maxTokens: 1 } },
  { jsonrpc: '2.0', id: 's2', method: 'roots/list' },
  [{ jsonrpc: '2.0', id: 1, result: {} }],
];

const line: fc.Arbitrary<ByteText> = fc.oneof(
  jsonText(MESSAGES).map((text) => text.replaceAll('"$ID"', '$ID')),
  fc.constantFrom(
    '',
    ' ',
    'Server started',
    'Content-Length: 30\r\n\r',
    '\u001b[31mred',
    'x'.repeat(100_000),
    '{',
    'null',
  ),
  fc.constant(
    toByteText('\ufeff{"jsonrpc":"2.0","method":"notifications/message","params":{"level":"info","data":1}}'),
  ),
  fc.uint8Array({ maxLength: 30 }).map((bytes) => Buffer.from(bytes).toString('latin1')),
);

export const stdioLines: Target<StdioInput> = {
  name: 'stdio-lines',
  inputs: fc.record({
    bytes: fc.array(line, { minLength: 1, maxLength: 5 }).map((lines) => lines.join('\n')),
    cuts: fc.array(fc.nat(500), { maxLength: 4 }),
  }),
  async open() {
    const child = {
      command: process.execPath,
      args: [join(import.meta.dirname, '../scripted-child.mjs')],
      timeoutMs: CALL_TIMEOUT_MILLIS,
    };
    const limits = { circuitFailureThreshold: 1_000_000_000 };
    const gateway = await startUnderFire({ mcpServers: { child }, limits });
    const listed = await fetch(`${gateway.url}/v1/instances`);
    const { instances } = (await listed.json()) as { instances: { instance_short: string }[] };
    const call = (input: object): Promise<string> =>
      callSay(gateway, `child.${instances[0]!.instance_short}.say`, input);
    return {
      async check(input) {
        await call(input);
        for (const deadline = Date.now() + RECOVERY_MILLIS; (await call({})) !== 'ok';) {
          if (Date.now() > deadline) {
            throw new Error('a right answer of the child no longer arrives');
          }
        }
      },
      close: () => gateway.stop(),
    };
  },
};

async function callSay(gateway: GatewayUnderFire, slug: string, input: object): Promise<string> {
  const { status, text } = await gateway.post('/v1/call', { tool_slug: slug, arguments: input });
  const { ok, error } = JSON.parse(text) as { ok?: boolean; error?: { kind?: string; message?: string } };
  if (ok === true) {
    return 'ok';
  }
  if (error?.kind === undefined || error.kind === 'internal' || error.message === undefined) {
    throw new Error(`answered ${status}: ${text}`);
  }
  return error.kind;
}
