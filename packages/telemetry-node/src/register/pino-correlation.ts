import { tracingChannel } from 'node:diagnostics_channel';
import { traceLogFields } from '../logs/trace-log-fields.ts';

/** Channel around pino's making of one line (pino 9.10 and later). */
const PINO_LINE = 'pino_asJson';

interface PinoLine {
  readonly arguments: ArrayLike<unknown>;
  added?: { readonly target: object; readonly keys: readonly string[] };
}

function isPinoLine(message: unknown): message is PinoLine {
  return typeof message === 'object' && message !== null && 'arguments' in message;
}

/**
 * Puts `trace_id`, `span_id` and `trace_flags` of the active span into every line that pino writes,
 * however and how often it was loaded. The fields stand in the logged object only while the line is
 * made: pino's channel is synchronous and lets nobody replace its arguments. A line that names its own
 * `trace_id` keeps it.
 */
export function correlatePinoLines(): { stop(): void } {
  const channel = tracingChannel(PINO_LINE);
  channel.start.subscribe(onStart);
  channel.end.subscribe(onEnd);
  return {
    stop: () => {
      channel.start.unsubscribe(onStart);
      channel.end.unsubscribe(onEnd);
    },
  };
}

function onStart(message: unknown): void {
  if (isPinoLine(message)) {
    addFields(message);
  }
}

function onEnd(message: unknown): void {
  if (isPinoLine(message)) {
    removeFields(message);
  }
}

function addFields(line: PinoLine): void {
  const target = line.arguments[0];
  const fields = traceLogFields();
  const keys = Object.keys(fields);
  if (keys.length === 0 || typeof target !== 'object' || target === null) {
    return;
  }
  if (!Object.isExtensible(target) || 'trace_id' in target) {
    return;
  }
  Object.assign(target, fields);
  line.added = { target, keys };
}

function removeFields({ added }: PinoLine): void {
  for (const key of added?.keys ?? []) {
    Reflect.deleteProperty(added?.target ?? {}, key);
  }
}
