import { pino } from 'pino';
import type { Log, LogFields } from '../protocol/log.ts';
import { toPrintableLine } from '../protocol/printable-text.ts';
import { marked, plainLines, type Terminal } from './terminal.ts';

/** In UTF-16 units: a line as JSON, with everything beside its words, stays below what one line may be. */
const MAX_MESSAGE_LENGTH = 1_500;
const MAX_FIELD_LENGTH = 200;

/** Log lines on stderr: words for people at a terminal, else pino's JSON for whoever collects them. */
export function createLogLines(terminal: Terminal): Log {
  return terminal.screen === undefined ? jsonLines(terminal) : prettyLines(terminal);
}

/**
 * What a gateway says of its start beside its log: what is not right with its settings, why it does not run. The words are
 * the same in JSON, `error: ` before them included; at a terminal there is no time before it.
 */
export function createStartLines(terminal: Terminal): Log {
  return terminal.screen === undefined ? marked(jsonLines(terminal)) : plainLines(terminal);
}

function jsonLines(terminal: Terminal): Log {
  const logger = pino(
    { base: null },
    {
      write: (line) => {
        terminal.printError(line.trimEnd());
      },
    },
  );
  return (line, fields = {}) => {
    const { severity = 'info' } = fields;
    logger[severity](toJsonFields(fields), toPrintableLine(line, MAX_MESSAGE_LENGTH));
  };
}

function toJsonFields({ event, attributes = {}, span }: LogFields): object {
  const bounded = Object.entries(attributes).map(([key, value]) => [
    key,
    typeof value === 'string' ? toPrintableLine(value, MAX_FIELD_LENGTH) : value,
  ]);
  return {
    ...(event === undefined ? {} : { event }),
    ...(span === undefined ? {} : { trace_id: span.traceId, span_id: span.spanId }),
    ...Object.fromEntries(bounded),
  };
}

function prettyLines(terminal: Terminal): Log {
  return (line, { severity = 'info', span } = {}) => {
    const time = new Date().toTimeString().slice(0, 8);
    const mark = severity === 'info' ? '' : `${severity}: `;
    terminal.printError(`${time} ${mark}${line}${span === undefined ? '' : ` (trace ${span.traceId})`}`);
  };
}
