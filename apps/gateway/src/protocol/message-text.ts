import type { JsonRpcId, JsonRpcMessage } from './json-rpc.ts';
import { RawJson } from './json/raw-json.ts';

/** A message as it is sent; a result, or what an error says beside its words, is sent as it came. */
export function messageText(message: JsonRpcMessage): string {
  if ('result' in message && message.result instanceof RawJson) {
    return `${beforeResult(message.id)}${message.result.text}}`;
  }
  if ('error' in message && message.error.data instanceof RawJson) {
    const { code, message: words, data } = message.error;
    return `{"jsonrpc":"2.0","id":${JSON.stringify(message.id)},"error":${RawJson.object({ code, message: words, data }).text}}`;
  }
  return JSON.stringify(message);
}

/** From this length on, in characters, a result is written as bytes. */
const LONG_RESULT = 65_536;

/** A message as it is sent, as text or as bytes: to make one text of a long result takes as long as to write it. */
export function messageBody(message: JsonRpcMessage): string | Uint8Array {
  return 'result' in message && message.result instanceof RawJson && message.result.text.length >= LONG_RESULT
    ? joined([beforeResult(message.id), message.result.text, '}'])
    : messageText(message);
}

function beforeResult(id: JsonRpcId): string {
  return `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":`;
}

/** Texts one behind the other, as UTF-8. */
function joined(texts: readonly string[]): Uint8Array {
  const bytes = Buffer.allocUnsafeSlow(texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0));
  let end = 0;
  for (const text of texts) {
    end += bytes.write(text, end);
  }
  return bytes;
}

/** Several messages as they are sent at once. */
export function batchText(messages: readonly JsonRpcMessage[]): string {
  return `[${messages.map(messageText).join(',')}]`;
}

/** JSON that fits in one line: line ends in it are white space, because in a string they are written as escapes. */
export function inOneLine(json: string): string {
  return json.includes('\n') || json.includes('\r') ? json.replaceAll(/[\r\n]/g, ' ') : json;
}
