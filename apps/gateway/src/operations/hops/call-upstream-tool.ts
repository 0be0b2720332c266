import { toolFailure } from '@dcc-mcp/request-context';
import type { HopSpan } from '@dcc-mcp/workflow-spans';
import { metricLabelOf } from '../../catalog/tool-record.ts';
import { asList, asObject, isJsonObject, type JsonObject } from '../../protocol/json-rpc.ts';
import { parseBoundedJson } from '../../protocol/json/bounded-json.ts';
import { toolMessage } from '../../protocol/messages/tool-message.ts';
import type { HopTrail } from '../../recording/record/operation-trail.ts';
import type { HopEnvelope, Upstream } from '../../upstream/upstream.ts';
import type { RunningOperation } from '../frame/core.ts';
import type { OperationError } from '../frame/operation-error.ts';
import { callTarget, endHop, errorOfFailure, hopTarget } from './hop.ts';
import { recordExchange } from './record-exchange.ts';

export interface ControlCall {
  readonly name: string;
  readonly args: JsonObject;
  /** The operation that the call is a part of. */
  readonly running: RunningOperation;
}

/** What a control tool answered: an object, empty where it gave none. */
export interface ControlAnswer {
  readonly answer: JsonObject;
  /** Absent when it worked. */
  readonly error: OperationError | undefined;
}

/** Calls a control tool of an upstream as a part of another operation (load_skill of a dcc-mcp-core host). */
export async function callUpstreamTool(
  upstream: Upstream,
  { name, args, running: { core, caller, span, trail } }: ControlCall,
): Promise<ControlAnswer> {
  let hopSpan: HopSpan | undefined;
  let hopTrail: HopTrail | undefined;
  let sentAt: number | undefined;
  const record = core.catalog.tool(upstream.settings.instanceId, name);
  const hop = await upstream.request({
    method: 'tools/call',
    params: { name, arguments: args },
    begin: (): HopEnvelope => {
      const place = { core, upstream };
      hopSpan = span.startHop(record === undefined ? hopTarget(place, 'tools/call', name) : callTarget(place, record));
      sentAt = core.now();
      hopTrail = trail?.startHop({ name: `tools/call ${name}`, spanContext: hopSpan.spanContext });
      return hopSpan.carrier();
    },
    onSent: (id) => hopSpan?.setJsonrpcId(id),
    timeoutMillis: upstream.settings.timeoutMillis,
    requestId: caller.ctx.requestId,
    user: caller.user,
    signal: caller.signal,
  });
  const ending = endHop(hopSpan, hop);
  hopTrail?.end(ending);
  recordExchange(core, upstream, {
    method: 'tools/call',
    tool: metricLabelOf(record),
    outcome: ending.outcome,
    failure: hop.ok ? undefined : hop.failure,
    sentAt,
    span: span.spanContext,
  });
  return hop.ok
    ? { answer: answerOf(hop.result), error: failureOf(hop.result) }
    : { answer: {}, error: errorOfFailure(hop.failure) };
}

/** The structured content, else the JSON object that a text is. */
function answerOf({ structuredContent, content }: JsonObject): JsonObject {
  const [block] = asList(content);
  const text = isJsonObject(block) ? block['text'] : undefined;
  return asObject(structuredContent) ?? (typeof text === 'string' ? parseObject(text) : {});
}

function parseObject(text: string): JsonObject {
  try {
    return asObject(parseBoundedJson(text)) ?? {};
  } catch {
    return {}; // a text for people
  }
}

function failureOf(result: JsonObject): OperationError | undefined {
  return toolFailure(result) ? { kind: 'tool-error', message: toolMessage(result) } : undefined;
}
