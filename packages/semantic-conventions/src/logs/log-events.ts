import {
  ATTR_DCC_MCP_CONTENTION_EVENT,
  ATTR_DCC_MCP_DURATION_MS,
  ATTR_DCC_MCP_ERROR_KIND,
  ATTR_DCC_MCP_OUTCOME,
  ATTR_DCC_MCP_REQUEST_ID,
  ATTR_DCC_MCP_SESSION_ID,
  ATTR_DCC_MCP_TOOL_SLUG,
  ATTR_DCC_MCP_UPSTREAM,
  ATTR_DCC_MCP_WORKFLOW_OPERATION,
} from '../spans/attributes.ts';
import {
  EVENT_DCC_MCP_CONFIGURATION_CHANGE,
  EVENT_DCC_MCP_EXPORTER_STATE,
  EVENT_DCC_MCP_GATEWAY_START,
  EVENT_DCC_MCP_GATEWAY_STOP,
  EVENT_DCC_MCP_HISTORY_STATE,
  EVENT_DCC_MCP_OPERATION_FAILED,
  EVENT_DCC_MCP_UPSTREAM_CIRCUIT,
  EVENT_DCC_MCP_UPSTREAM_STATE,
} from './events.ts';

/** One attribute of a log record. */
export interface LogAttribute {
  readonly key: string;
  readonly type: 'string' | 'int';
  readonly description: string;
}

/** What a log record with this event name tells, and by which attributes. */
export interface LogEventDefinition {
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly LogAttribute[];
}

const UPSTREAM: LogAttribute = {
  key: ATTR_DCC_MCP_UPSTREAM,
  type: 'string',
  description: 'Key of the upstream in the configuration',
};

const CONTENTION: LogAttribute = {
  key: ATTR_DCC_MCP_CONTENTION_EVENT,
  type: 'string',
  description: 'Name of the event in `/v1/debug/events`, where the line tells of one: `host_died`, …',
};

/** Every event that the gateway logs. A line that belongs to none has neither an event name nor attributes. */
export const LOG_EVENTS: readonly LogEventDefinition[] = [
  {
    name: EVENT_DCC_MCP_GATEWAY_START,
    description: 'The gateway listens, or serves standard streams',
    attributes: [CONTENTION],
  },
  {
    name: EVENT_DCC_MCP_GATEWAY_STOP,
    description: 'The gateway gives the port up, takes no new work, or has stopped',
    attributes: [CONTENTION],
  },
  {
    name: EVENT_DCC_MCP_UPSTREAM_STATE,
    description: 'An upstream is ready, idle, disabled or unreachable, and why; it died, boots again, or is gone',
    attributes: [UPSTREAM, CONTENTION],
  },
  {
    name: EVENT_DCC_MCP_UPSTREAM_CIRCUIT,
    description: 'Calls to an upstream are refused after repeated failures, or let through again',
    attributes: [UPSTREAM],
  },
  {
    name: EVENT_DCC_MCP_EXPORTER_STATE,
    description: 'An exporter of telemetry fails, drops, or works again',
    attributes: [],
  },
  {
    name: EVENT_DCC_MCP_HISTORY_STATE,
    description: 'The files of calls and traces were read, can’t be written, or can be again',
    attributes: [],
  },
  {
    name: EVENT_DCC_MCP_CONFIGURATION_CHANGE,
    description: 'The configuration file has changed, and what of it is in force',
    attributes: [],
  },
  {
    name: EVENT_DCC_MCP_OPERATION_FAILED,
    description: 'An operation did not end ok; the record has the ids of its span',
    attributes: [
      { key: ATTR_DCC_MCP_WORKFLOW_OPERATION, type: 'string', description: 'Name of the operation' },
      { key: ATTR_DCC_MCP_OUTCOME, type: 'string', description: 'Outcome word' },
      { key: ATTR_DCC_MCP_ERROR_KIND, type: 'string', description: 'Error kind of the answer' },
      { key: ATTR_DCC_MCP_TOOL_SLUG, type: 'string', description: 'Tool that was called; of calls only' },
      {
        key: ATTR_DCC_MCP_DURATION_MS,
        type: 'int',
        description: 'Milliseconds from the request to its end',
      },
      { key: ATTR_DCC_MCP_REQUEST_ID, type: 'string', description: 'Id of the request' },
      { key: ATTR_DCC_MCP_SESSION_ID, type: 'string', description: 'The conversation; a hash for protocol sessions' },
    ],
  },
];
