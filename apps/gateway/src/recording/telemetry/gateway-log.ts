import { isLogged, type Telemetry } from '@dcc-mcp/telemetry-node';
import { ROOT_CONTEXT, SeverityNumber, trace } from '@opentelemetry/api';
import type { GatewayConfig } from '../../config/reader/gateway-config.ts';
import type { Log, LogSeverity } from '../../protocol/log.ts';
import { toPrintableLine } from '../../protocol/printable-text.ts';

const SEVERITY_NUMBERS: Readonly<Record<LogSeverity, SeverityNumber>> = {
  info: SeverityNumber.INFO,
  warn: SeverityNumber.WARN,
  error: SeverityNumber.ERROR,
};

/**
 * The one log of a gateway: what `OTEL_LOG_LEVEL` lets through goes to people and, where log records leave, the same to
 * the collector. Text from outside is made printable here, once for both.
 *
 * @param people Where people read.
 * @param telemetry Asked at each line: the first lines come while it starts.
 */
export function createGatewayLog(
  { otel }: Pick<GatewayConfig, 'otel'>,
  people: Log,
  telemetry: () => Telemetry | undefined,
): Log {
  return (text, fields = {}) => {
    const { severity = 'info', event, attributes, span, isAlways = false, isRecordOnly = false } = fields;
    if (!isAlways && !isLogged(otel.logLevel, severity)) {
      return;
    }
    const line = toPrintableLine(text);
    if (!isRecordOnly) {
      people(line, fields);
    }
    telemetry()?.logger.emit({
      body: line,
      severityNumber: SEVERITY_NUMBERS[severity],
      severityText: severity.toUpperCase(),
      ...(event === undefined ? {} : { eventName: event }),
      ...(attributes === undefined ? {} : { attributes }),
      ...(span === undefined ? {} : { context: trace.setSpanContext(ROOT_CONTEXT, span) }),
    });
  };
}
