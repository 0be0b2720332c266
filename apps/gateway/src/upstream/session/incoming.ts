import { idKey } from '../../protocol/json-rpc-id.ts';
import type { JsonRpcId } from '../../protocol/json-rpc.ts';
import { withoutByteOrderMark } from '../../protocol/json/bounded-json.ts';
import { UnboundedJsonError } from '../../protocol/json/json-scanner.ts';
import { RawJson } from '../../protocol/json/raw-json.ts';

/** Levels that are told of a message: its members, and those of its parameters or its result. */
const MESSAGE_LEVELS = 2;

/**
 * Reads a message of the upstream, or a batch of them (2025-03-26): what is no message is among them, to be named.
 *
 * @throws {SyntaxError} When it is no JSON, or past a bound.
 */
export function readMessages(given: string): readonly RawJson[] {
  const text = withoutByteOrderMark(given);
  const isBatch = /^\s*\[/.test(text);
  const raw = RawJson.read(text, isBatch ? MESSAGE_LEVELS + 1 : MESSAGE_LEVELS);
  return isBatch ? raw.elements() : [raw];
}

/** A request or a notification that {@link readMessages} refused for its nesting: it answers no call. */
export function unboundedRequest(text: string, error: unknown): RawJson | undefined {
  const outline = error instanceof UnboundedJsonError ? RawJson.outline(withoutByteOrderMark(text)) : undefined;
  return outline?.get('method') === undefined ? undefined : outline;
}

const OWN_NUMBER = /^[1-9]\d{0,15}$/;

/** An id or a token as the number that we gave; some servers send a string of it, or `7.0` for 7. */
export function ownNumber(id: JsonRpcId | undefined): number | undefined {
  const key = id === undefined ? undefined : idKey(id);
  if (typeof key === 'string') {
    return OWN_NUMBER.test(key) ? Number(key) : undefined;
  }
  return typeof key === 'number' ? key : undefined;
}
