import type { BoundedLabels, BoundedMeter } from '@dcc-mcp/bounded-meter';
import {
  ATTR_GEN_AI_TOOL_NAME,
  ATTR_MCP_METHOD_NAME,
  MCP_ERROR_TYPES,
  MCP_METHODS,
  VALUE_OTHER,
} from '@dcc-mcp/semantic-conventions';
import { ATTR_ERROR_TYPE, ATTR_NETWORK_TRANSPORT } from '@opentelemetry/semantic-conventions';
import type { OperationMeasurement, SessionMeasurement } from './gateway-events.ts';
import { definitionOf } from './metric-catalog.ts';

const METHODS: ReadonlySet<string> = new Set(MCP_METHODS);
const ERROR_TYPES: ReadonlySet<string> = new Set(MCP_ERROR_TYPES);

function toErrorType(errorType: string | undefined): string | undefined {
  return errorType === undefined || ERROR_TYPES.has(errorType) ? errorType : VALUE_OTHER;
}

/** Times the MCP requests and notifications of one side (OTel MCP semantic conventions). */
export function createOperationRecorder(
  meter: BoundedMeter,
  side: 'server' | 'client',
  tools: BoundedLabels,
): (operation: OperationMeasurement) => void {
  const instrument = meter.instrument(definitionOf(`mcp.${side}.operation.duration`));
  return (operation) => {
    const method = METHODS.has(operation.method) ? operation.method : VALUE_OTHER;
    const tool = operation.tool === undefined ? undefined : tools.label(operation.tool);
    const errorType = toErrorType(operation.errorType);
    const series = instrument.series({
      [ATTR_MCP_METHOD_NAME]: method,
      [ATTR_GEN_AI_TOOL_NAME]: tool,
      [ATTR_ERROR_TYPE]: errorType,
      [ATTR_NETWORK_TRANSPORT]: operation.transport,
    });
    series.record(operation.durationSeconds, operation.span);
  };
}

/** Times the MCP sessions of one side (OTel MCP semantic conventions). */
export function createSessionRecorder(
  meter: BoundedMeter,
  side: 'server' | 'client',
): (session: SessionMeasurement) => void {
  const instrument = meter.instrument(definitionOf(`mcp.${side}.session.duration`));
  return ({ durationSeconds, errorType, transport }) =>
    instrument.record(durationSeconds, {
      [ATTR_ERROR_TYPE]: toErrorType(errorType),
      [ATTR_NETWORK_TRANSPORT]: transport,
    });
}
