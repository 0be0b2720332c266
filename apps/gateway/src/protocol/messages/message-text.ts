import { parseBoundedJson } from '../json/bounded-json.ts';
import { isJsonObject } from '../json/json.ts';
import { type GatewayMessage, MAX_MESSAGE_BYTES } from './gateway-messages.ts';

/** A message as it travels, with who sent it. */
export interface SentMessage extends GatewayMessage {
  readonly from: string;
}

/** The text of a message; `undefined` where it is too large. */
export function writeMessage({ topic, body, to, from }: SentMessage): string | undefined {
  const text = JSON.stringify({ topic, from, to, body });
  return Buffer.byteLength(text) > MAX_MESSAGE_BYTES ? undefined : text;
}

/** Reads what came from outside; `undefined` where it is no message. */
export function readMessage(text: string): SentMessage | undefined {
  if (Buffer.byteLength(text) > MAX_MESSAGE_BYTES) {
    return undefined;
  }
  let value: unknown;
  try {
    value = parseBoundedJson(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(value)) {
    return undefined;
  }
  const { topic, from, to, body } = value;
  if (typeof topic !== 'string' || typeof from !== 'string' || !isJsonObject(body)) {
    return undefined;
  }
  const sent = { topic, from, body };
  return to === undefined ? sent : typeof to === 'string' ? { ...sent, to } : undefined;
}
