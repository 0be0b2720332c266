import { childContext, outcomeOfKind, readRequestContext, type RequestContext } from '@dcc-mcp/request-context';
import { ERROR_KINDS, type ErrorKind, type Operation, type Outcome } from '@dcc-mcp/semantic-conventions';
import {
  createCapturePolicy,
  createWorkflowSpans,
  type MessageFacts,
  type WorkflowSpan,
  type WorkflowSpans,
} from '../src/index.ts';
import { countingSettings, PARENT_A, type PlainSpan, startRecording, toPlainSpan } from './recording.ts';

const INSTANCE = 'a1b2c3d4-0000-4000-8000-000000000000';
const AGENT = {
  actor_id: 'u-7421',
  actor_name: 'Jo',
  actor_email_hash: 'a1'.repeat(16),
  agent_id: 'planner-3',
  agent_name: 'Planner',
  agent_kind: 'assistant',
  agent_version: '3.1',
  model: 'some-model-4',
  model_provider: 'some-provider',
  model_version: '4.1',
  reasoning_effort: 'high',
  turn_id: 'turn-9',
  task: 'light the shot',
  tags: ['shot', 'lighting'],
  client_platform: 'studio-desk',
  client_os: 'linux',
  client_host: 'ws-17',
  user_intent_summary: 'wants a warmer key light',
  agent_reply_summary: 'made the key light warmer',
  user_input_hash: 'b2'.repeat(16),
  agent_reply_hash: 'c3'.repeat(16),
  user_input_chars: 120,
  agent_reply_chars: 480,
  plan: ['never exported'],
  observations: ['never exported'],
  reasoning_summary: 'never exported',
  metadata: { note: 'never exported' },
};

/** One operation as a gateway runs it, with everything set that the operation can have. */
export function runOperation(transport: 'rest' | 'mcp', operation: Operation, outcome: Outcome): readonly PlainSpan[] {
  const settings = countingSettings();
  const { tracer, exporter } = startRecording();
  const spans = createWorkflowSpans({ tracer, settings, statusOk: true, capture: createCapturePolicy() });
  const meta = { agent_context: AGENT, search_id: 'search-1' };
  const ctx = readRequestContext(
    transport === 'mcp'
      ? {
          transport,
          headers: {},
          meta: { ...meta, traceparent: PARENT_A },
          session: { id: 's-1' },
          jsonrpcId: 4,
          ...PEER,
        }
      : { transport, headers: { traceparent: PARENT_A, 'x-request-id': 'req-1' }, meta, ...PEER },
    settings,
  );
  runSpan(spans, spans.startWorkflow(ctx, operation, factsOf(ctx)), outcome);
  return exporter.getFinishedSpans().map(toPlainSpan);
}

const PEER = { peerAddress: '192.0.2.7', authSubject: 'svc-studio' };

function factsOf({ transport }: RequestContext): MessageFacts {
  return { networkTransport: 'tcp', ...(transport === 'mcp' && { protocolVersion: '2025-11-25' }) };
}

function runSpan(spans: WorkflowSpans, span: WorkflowSpan, outcome: Outcome): void {
  const { operation } = span;
  span.setPolicy({ outcome: outcome === 'denied' || outcome === 'throttled' ? outcome : 'allowed' });
  if (operation === 'gateway.search') {
    runSearch(span);
  } else if (operation === 'gateway.call_batch') {
    runBatch(spans, span, outcome);
  } else {
    runCall(span, operation, outcome);
  }
  const errorKind = kindOf(outcome);
  span.end({ outcome, ...(errorKind !== undefined && { errorKind }) });
}

function runSearch(span: WorkflowSpan): void {
  span.setInput({ query: 'make a sphere', limit: 5 });
  span.setSearch({ id: 'search-1', rankerVersion: 'bm25-1', total: 12, zeroResults: false });
}

function runBatch(spans: WorkflowSpans, batch: WorkflowSpan, outcome: Outcome): void {
  batch.setBatchSize(2);
  for (const index of [0, 1]) {
    const item = spans.startWorkflow(childContext(batch.ctx, index), 'gateway.call', { parent: batch });
    runCall(item, 'gateway.call', index === 0 ? 'ok' : outcome);
    item.end({ outcome: index === 0 ? 'ok' : outcome });
  }
}

function runCall(span: WorkflowSpan, operation: Operation, outcome: Outcome): void {
  span.setRoute({ dccType: 'maya', instanceId: INSTANCE, skillName: 'modeling' });
  if (operation === 'gateway.load_skill') {
    return;
  }
  span.setRoute({ toolSlug: 'maya.a1b2c3d4.create_sphere', toolName: 'create_sphere' });
  span.setSearch({
    id: 'search-1',
    rankerVersion: 'bm25-1',
    total: 12,
    selectedRank: 2,
    score: 7.25,
    matchReasons: ['tool_exact'],
  });
  if (operation === 'gateway.describe') {
    return;
  }
  span.setInput({ radius: 1.5, name: 'ball' });
  runHop(span, outcome);
  if (outcome === 'ok') {
    span.setOutput({ content: [{ type: 'text', text: 'created ball' }] });
  }
}

const NEVER_SENT: ReadonlySet<Outcome> = new Set(['denied', 'throttled', 'bad_request', 'unknown_tool', 'host_busy']);

function runHop(span: WorkflowSpan, outcome: Outcome): void {
  if (NEVER_SENT.has(outcome)) {
    return;
  }
  const hop = span.startHop({
    method: 'tools/call',
    target: 'create_sphere',
    dccType: 'maya',
    instanceId: INSTANCE,
    scene: '/shots/sh010.ma',
    jobId: 'job-1',
    toolSlug: 'maya__create_sphere',
    affinity: 'main',
    jsonrpcId: 31,
    protocolVersion: '2025-11-25',
    networkTransport: 'tcp',
    serverAddress: '127.0.0.1',
    serverPort: 8765,
    queueWaitMillis: 3,
  });
  if (outcome === 'backend_unreachable') {
    hop.addRetry({ attempt: 1, reason: outcome, delayMillis: 50 });
  }
  hop.end({ outcome, ...(outcome === 'protocol_error' && { rpcErrorCode: -32603 }) });
}

/** The first kind of the contract that has this outcome. */
function kindOf(outcome: Outcome): ErrorKind | undefined {
  return ERROR_KINDS.find((kind) => outcomeOfKind(kind) === outcome);
}
