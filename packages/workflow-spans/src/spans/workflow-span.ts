import { SemanticConventions } from '@arizeai/openinference-semantic-conventions';
import { sanitizeText } from '@dcc-mcp/bounds/redaction';
import { type RequestContext, statusOfOutcome } from '@dcc-mcp/request-context';
import {
  ATTR_DCC_JOB_ID,
  ATTR_DCC_MCP_BATCH_SIZE,
  ATTR_DCC_MCP_COERCED,
  ATTR_DCC_MCP_DCC_TYPE,
  ATTR_DCC_MCP_ERROR_KIND,
  ATTR_DCC_MCP_INSTANCE_ID,
  ATTR_DCC_MCP_OUTCOME,
  ATTR_DCC_MCP_POLICY_OUTCOME,
  ATTR_DCC_MCP_POLICY_REASON,
  ATTR_DCC_MCP_QUEUE_WAIT_MS,
  ATTR_DCC_MCP_SEARCH_ID,
  ATTR_DCC_MCP_SEARCH_MATCH_REASONS,
  ATTR_DCC_MCP_SEARCH_RANKER_VERSION,
  ATTR_DCC_MCP_SEARCH_SCORE,
  ATTR_DCC_MCP_SEARCH_SELECTED_RANK,
  ATTR_DCC_MCP_SEARCH_TOTAL,
  ATTR_DCC_MCP_SEARCH_ZERO_RESULTS,
  ATTR_DCC_MCP_SKILL_NAME,
  ATTR_DCC_MCP_SUCCESS,
  ATTR_DCC_MCP_TOOL_SLUG,
  ATTR_DCC_MCP_VALIDATION,
  ATTR_DCC_MCP_VALIDATION_REASON,
  ATTR_GEN_AI_TOOL_NAME,
  OPERATION_CALL,
  type Operation,
} from '@dcc-mcp/semantic-conventions';
import type { Context, Span, SpanContext } from '@opentelemetry/api';
import { capturesContent, hidesInputs, hidesOutputs, OPENINFERENCE_REDACTED } from '../content/capture-policy.ts';
import {
  captureContent,
  type ContentText,
  type JsonContent,
  summarizeContent,
  toJsonContent,
} from '../content/content.ts';
import { HopSpan, type SharedSettings } from './hop-span.ts';
import { contextOf } from './protocol-span.ts';
import { createDescriber } from './shared-attributes.ts';
import { setPresent } from './span-attributes.ts';
import type { SpanClock } from './span-clock.ts';
import type {
  HopFacts,
  HopStart,
  PolicyDecision,
  Route,
  SearchFacts,
  SpanEnd,
  ValidationFacts,
} from './span-options.ts';
import { setErrorAttributes, setServerStatus } from './span-status.ts';

const MAX_MATCH_REASONS = 5;
const MAX_COERCED_PATHS = 16;

/** How a workflow span ends. */
export interface WorkflowEnd extends SpanEnd {
  /** Default: whether the outcome is a success. A batch says whether all ran and all were ok. */
  readonly success?: boolean;
}

/** A span with the request it serves and the clock it was started with. */
export interface StartedSpan {
  readonly ctx: RequestContext;
  readonly span: Span;
  readonly clock: SpanClock;
}

/** One workflow operation, from before its work to after it. Every setter does nothing when the span isn't recorded. */
export class WorkflowSpan {
  readonly operation: Operation;
  readonly ctx: RequestContext;
  /** True when the span is recorded, so that what it carries is worth computing. */
  readonly isRecording: boolean;
  /** The time of this request; spans below are started and ended by it. */
  readonly clock: SpanClock;
  readonly #span: Span;
  readonly #shared: SharedSettings;
  #context: Context | undefined;
  #dccType: string | undefined;
  #toolSlug: string | undefined;
  #searchId: string | undefined;
  #isEnded = false;

  constructor({ span, ctx, clock }: StartedSpan, operation: Operation, shared: SharedSettings) {
    this.operation = operation;
    this.ctx = ctx;
    this.clock = clock;
    this.isRecording = span.isRecording();
    this.#span = span;
    this.#shared = shared;
  }

  /** The span this request stands for; without a tracer the caller's, or a generated one with flag 00. */
  get spanContext(): SpanContext {
    return this.ctx.spanContext;
  }

  /** OpenTelemetry context with this span in it: for exemplars, logs and spans of your own. */
  get context(): Context {
    this.#context ??= contextOf(this.#span, this.ctx);
    return this.#context;
  }

  /** Where the call goes; may be called again as more becomes known. */
  setRoute(route: Route): void {
    if (!this.isRecording) {
      return;
    }
    this.#dccType = route.dccType ?? this.#dccType;
    this.#toolSlug = route.toolSlug ?? this.#toolSlug;
    setRouteAttributes(this.#span, route);
    if (this.operation === OPERATION_CALL) {
      setCalledTool(this.#span, route);
    }
  }

  /** What the search found, or which hit of an earlier search this call follows. */
  setSearch(search: SearchFacts): void {
    if (!this.isRecording) {
      return;
    }
    this.#searchId = search.id ?? this.#searchId;
    setPresent(this.#span, ATTR_DCC_MCP_SEARCH_ID, search.id);
    setPresent(this.#span, ATTR_DCC_MCP_SEARCH_RANKER_VERSION, search.rankerVersion);
    setPresent(this.#span, ATTR_DCC_MCP_SEARCH_TOTAL, search.total);
    setPresent(this.#span, ATTR_DCC_MCP_SEARCH_ZERO_RESULTS, search.zeroResults);
    setPresent(this.#span, ATTR_DCC_MCP_SEARCH_SELECTED_RANK, search.selectedRank);
    setPresent(this.#span, ATTR_DCC_MCP_SEARCH_SCORE, search.score);
    setPresent(this.#span, ATTR_DCC_MCP_SEARCH_MATCH_REASONS, search.matchReasons?.slice(0, MAX_MATCH_REASONS));
  }

  /** What policy said; called whenever policy was evaluated. */
  setPolicy(decision: PolicyDecision): void {
    if (!this.isRecording) {
      return;
    }
    this.#span.setAttribute(ATTR_DCC_MCP_POLICY_OUTCOME, decision.outcome);
    setPresent(this.#span, ATTR_DCC_MCP_POLICY_REASON, toText(decision.reason));
  }

  /** Number of items of a batch. */
  setBatchSize(items: number): void {
    if (this.isRecording) {
      this.#span.setAttribute(ATTR_DCC_MCP_BATCH_SIZE, items);
    }
  }

  /** The job that goes on when its caller has been answered; the span ends with it. */
  setJobId(jobId: string): void {
    if (this.isRecording) {
      setPresent(this.#span, ATTR_DCC_JOB_ID, toText(jobId));
    }
  }

  /** Time in the upstream's queue, in milliseconds. `startHop` sets it too. */
  setQueueWait(millis: number): void {
    if (this.isRecording) {
      this.#span.setAttribute(ATTR_DCC_MCP_QUEUE_WAIT_MS, millis);
    }
  }

  /** What the check of the arguments did beside refusing. */
  setValidation({ skippedReason, coercedPaths = [] }: ValidationFacts): void {
    if (!this.isRecording) {
      return;
    }
    setPresent(this.#span, ATTR_DCC_MCP_VALIDATION, skippedReason === undefined ? undefined : 'skipped');
    setPresent(this.#span, ATTR_DCC_MCP_VALIDATION_REASON, toText(skippedReason));
    const paths = coercedPaths.slice(0, MAX_COERCED_PATHS);
    setPresent(this.#span, ATTR_DCC_MCP_COERCED, paths.length === 0 ? undefined : paths);
  }

  /**
   * The arguments: a summary (names, size, hash), or the redacted content where the capture policy asks for it.
   *
   * @param json The same as JSON text, when it is at hand.
   */
  setInput(value: unknown, json?: string): void {
    if (this.isRecording && value !== undefined) {
      this.setInputJson(toJsonContent(value, json));
    }
  }

  /** The same, of arguments that are at hand as they came. */
  setInputJson(content: JsonContent): void {
    if (this.isRecording) {
      const told = hidesInputs(this.#shared.capture) ? undefined : this.#toContent(content, 'arguments');
      this.#setContent(SemanticConventions.INPUT_VALUE, SemanticConventions.INPUT_MIME_TYPE, told);
    }
  }

  /** The result, under the same rules as `setInput`. */
  setOutput(value: unknown, json?: string): void {
    if (this.isRecording && value !== undefined) {
      this.setOutputJson(toJsonContent(value, json));
    }
  }

  /** The same, of a result that is at hand as it came. */
  setOutputJson(content: JsonContent): void {
    if (this.isRecording) {
      const told = hidesOutputs(this.#shared.capture) ? undefined : this.#toContent(content, 'fields');
      this.#setContent(SemanticConventions.OUTPUT_VALUE, SemanticConventions.OUTPUT_MIME_TYPE, told);
    }
  }

  /**
   * Starts the request to the upstream, as a CLIENT child.
   *
   * @param facts What is another one for each request, where `hop` is the same for many.
   */
  startHop(hop: HopStart, facts: HopFacts = hop): HopSpan {
    if (facts.queueWaitMillis !== undefined) {
      this.setQueueWait(facts.queueWaitMillis);
    }
    return new HopSpan(this.#shared, this, { hop, facts });
  }

  /** Ends the span with the outcome of the call; the second call and later ones do nothing. */
  end(end: WorkflowEnd): void {
    if (this.#isEnded) {
      return;
    }
    this.#isEnded = true;
    if (!this.isRecording) {
      return;
    }
    const span = this.#span;
    span.setAttribute(ATTR_DCC_MCP_OUTCOME, end.outcome);
    span.setAttribute(ATTR_DCC_MCP_SUCCESS, end.success ?? statusOfOutcome(end.outcome) === 'success');
    setPresent(span, ATTR_DCC_MCP_ERROR_KIND, end.errorKind);
    span.setAttribute(SemanticConventions.METADATA, this.#metadata());
    setErrorAttributes(span, end);
    setServerStatus(span, end.outcome, this.#shared.statusOk);
    span.end(end.endTime ?? this.clock.now());
  }

  #toContent(content: JsonContent, namesAs: 'arguments' | 'fields'): ContentText {
    const { capture, settings } = this.#shared;
    return capturesContent(capture, this.operation)
      ? captureContent(content.value)
      : summarizeContent(content, { sha256: settings.sha256, namesAs });
  }

  #setContent(key: string, mimeKey: string, content: ContentText | undefined): void {
    this.#span.setAttribute(key, content?.value ?? OPENINFERENCE_REDACTED);
    if (content !== undefined) {
      this.#span.setAttribute(mimeKey, content.mimeType);
    }
  }

  // What a reader of Phoenix or Langfuse needs to find the call elsewhere; nothing a caller made up freely.
  #metadata(): string {
    if (hidesInputs(this.#shared.capture)) {
      return OPENINFERENCE_REDACTED;
    }
    return JSON.stringify({
      request_id: this.ctx.requestId,
      transport: this.ctx.transport,
      dcc_type: toText(this.#dccType),
      tool_slug: toText(this.#toolSlug),
      search_id: this.#searchId,
    });
  }
}

const setRouteAttributes = createDescriber<Route>((route, set) => {
  set(ATTR_DCC_MCP_DCC_TYPE, toText(route.dccType));
  set(ATTR_DCC_MCP_INSTANCE_ID, toText(route.instanceId));
  set(ATTR_DCC_MCP_SKILL_NAME, toText(route.skillName));
  set(ATTR_DCC_MCP_TOOL_SLUG, toText(route.toolSlug));
});

/** Of a call alone: the other operations are tools themselves. */
const setCalledTool = createDescriber<Route>((route, set) => {
  const toolName = toText(route.toolName);
  set(ATTR_GEN_AI_TOOL_NAME, toolName);
  set(SemanticConventions.TOOL_NAME, toolName);
});

function toText(value: string | undefined): string | undefined {
  return value === undefined ? undefined : sanitizeText(value, MAX_NAME_BYTES);
}

const MAX_NAME_BYTES = 512;
