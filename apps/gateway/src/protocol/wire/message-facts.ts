import { readId } from '../json-rpc-id.ts';
import type { JsonRpcId } from '../json-rpc.ts';
import { RawJson } from '../json/raw-json.ts';

/** What a message is about, read off its members. */
export interface MessageFacts {
  readonly method: string | undefined;
  readonly id: JsonRpcId | undefined;
  /** Name or slug of the tool that is meant. */
  readonly tool: string | undefined;
}

const NONE: MessageFacts = { method: undefined, id: undefined, tool: undefined };

/** Facts of a JSON-RPC message, or of the body of a call over REST. Nothing of text that is neither. */
export function readMessageFacts(text: string): MessageFacts {
  let message: RawJson | undefined;
  try {
    message = RawJson.outline(text);
  } catch {
    return NONE;
  }
  return message?.isObject === true ? messageFacts(message) : NONE;
}

function messageFacts(message: RawJson): MessageFacts {
  const params = message.get('params');
  const id = message.get('id');
  const of = params?.isObject === true ? params : message;
  const args = of.get('arguments');
  const meant =
    of.get('tool_slug') ?? (args?.isObject === true ? args.get('tool_slug') : undefined) ?? params?.get('name');
  return { method: textOf(message.get('method')), id: id && (readId(id) ?? undefined), tool: textOf(meant) };
}

function textOf(json: RawJson | undefined): string | undefined {
  const value = json?.value;
  return typeof value === 'string' ? value : undefined;
}
