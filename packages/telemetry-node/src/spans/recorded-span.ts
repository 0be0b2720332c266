import {
  type Attributes,
  diag,
  isSpanContextValid,
  type Exception,
  type HrTime,
  type Link,
  type Span,
  type SpanContext,
  SpanKind,
  type SpanStatus,
  SpanStatusCode,
  type TimeInput,
} from '@opentelemetry/api';
import { cleanAttributes, cleanSimpleAttributes, hrTimeDuration, type InstrumentationScope } from '@opentelemetry/core';
import type { Resource } from '@opentelemetry/resources';
import type { ReadableSpan, TimedEvent } from '@opentelemetry/sdk-trace';
import { EVENT_EXCEPTION } from '@opentelemetry/semantic-conventions';
import { AttributeList } from './attribute-list.ts';
import { cleanPart, toText } from './clean-values.ts';
import { toExceptionAttributes } from './exception-attributes.ts';
import type { SpanLimits } from './span-limits.ts';
import type { SpanRedaction } from './span-redaction.ts';
import { isTimeInput, SpanTime } from './span-time.ts';

/** What a span is started with; links and the attributes that a sampler has seen are within their limits already. */
export interface RecordedSpanStart {
  readonly name: string;
  readonly kind: SpanKind;
  readonly spanContext: SpanContext;
  readonly parentSpanContext: SpanContext | undefined;
  readonly startTime: TimeInput | undefined;
  readonly links: readonly Link[] | undefined;
  readonly resource: Resource;
  readonly instrumentationScope: InstrumentationScope;
  readonly limits: SpanLimits;
  /** Called once, when the span has ended. */
  readonly onEnd: (span: RecordedSpan) => void;
}

/** A link with the count of what its limit took away. */
type CountedLink = Link & { readonly droppedAttributesCount?: number };

// What most spans have; nothing is added to these.
const NO_LINKS: CountedLink[] = [];
const NO_EVENTS: TimedEvent[] = [];
const UNSET: SpanStatus = { code: SpanStatusCode.UNSET };
const NEVER: HrTime = [0, 0];
[NO_LINKS, NO_EVENTS, UNSET, NEVER].forEach(Object.freeze);

/**
 * A span that is recorded: to its caller the API's `Span`, to exporters the SDK's `ReadableSpan`, with the same content as
 * the official SDK's. It does without that one's checks and copies per attribute, which were half of what tracing cost.
 */
export class RecordedSpan implements Span, ReadableSpan {
  readonly kind: SpanKind;
  readonly parentSpanContext?: SpanContext;
  readonly startTime: HrTime;
  readonly resource: Resource;
  readonly instrumentationScope: InstrumentationScope;
  readonly attributeList: AttributeList;
  links: CountedLink[] = NO_LINKS;
  events: TimedEvent[] = NO_EVENTS;
  name: string;
  status: SpanStatus = UNSET;
  endTime: HrTime = NEVER;
  ended = false;
  droppedEventsCount = 0;
  droppedLinksCount = 0;
  readonly #spanContext: SpanContext;
  readonly #limits: SpanLimits;
  readonly #time: SpanTime;
  readonly #onEnd: (span: RecordedSpan) => void;
  #endAttributes: Attributes | undefined;

  constructor(start: RecordedSpanStart) {
    this.name = toText(start.name);
    this.kind = SpanKind[start.kind] === undefined ? SpanKind.INTERNAL : start.kind;
    this.#spanContext = start.spanContext;
    if (start.parentSpanContext !== undefined) {
      this.parentSpanContext = start.parentSpanContext;
    }
    this.resource = start.resource;
    this.instrumentationScope = start.instrumentationScope;
    this.#limits = start.limits;
    this.#onEnd = start.onEnd;
    this.#time = new SpanTime(start.startTime);
    this.startTime = this.#time.start;
    this.attributeList = new AttributeList(start.limits.attributes);
    if (start.links !== undefined) {
      this.addLinks(start.links);
    }
  }

  /** Made when it is read: once for an ended span, because exporters read it more than once. */
  get attributes(): Attributes {
    if (!this.ended) {
      return this.attributeList.toAttributes();
    }
    return (this.#endAttributes ??= this.attributeList.toAttributes());
  }

  get droppedAttributesCount(): number {
    return this.attributeList.droppedCount;
  }

  /** [0, 0] until the span has ended. */
  get duration(): HrTime {
    return this.ended ? hrTimeDuration(this.startTime, this.endTime) : [0, 0];
  }

  spanContext(): SpanContext {
    return this.#spanContext;
  }

  isRecording(): boolean {
    return !this.ended;
  }

  setAttribute(key: string, value: Attributes[string]): this {
    if (this.#isOpen()) {
      this.attributeList.set(key, value);
    }
    return this;
  }

  setAttributes(attributes: Attributes): this {
    if (this.#isOpen()) {
      this.attributeList.setAll(attributes);
    }
    return this;
  }

  addEvent(name: string, attributesOrTime?: Attributes | TimeInput, time?: TimeInput): this {
    if (!this.#isOpen()) {
      return this;
    }
    const { maxEvents, eventAttributes } = this.#limits;
    const isTime = isTimeInput(attributesOrTime);
    const attributes = isTime ? undefined : attributesOrTime;
    const at = isTime && !isTimeInput(time) ? attributesOrTime : time;
    const kept = cleanPart(attributes, eventAttributes, cleanSimpleAttributes);
    const event = { name: toText(name), time: this.#time.toHrTime(at), ...kept };
    this.events = this.events === NO_EVENTS ? [] : this.events;
    this.droppedEventsCount += pushNewest(this.events, event, maxEvents);
    return this;
  }

  /** A link that leads nowhere is left out and counted. */
  addLink(link: Link): this {
    if (!this.#isOpen()) {
      return this;
    }
    const { maxLinks, linkAttributes } = this.#limits;
    if (!isLinkable(link)) {
      this.droppedLinksCount += 1;
      return this;
    }
    const kept = { context: link.context, ...cleanPart(link.attributes, linkAttributes, cleanAttributes) };
    this.links = this.links === NO_LINKS ? [] : this.links;
    this.droppedLinksCount += pushNewest(this.links, kept, maxLinks);
    return this;
  }

  addLinks(links: readonly Link[]): this {
    for (const link of Array.isArray(links) ? links : []) {
      this.addLink(link);
    }
    return this;
  }

  /** `Ok` is final and `Unset` is ignored (OpenTelemetry specification, "Set Status"). */
  setStatus(status: SpanStatus): this {
    const { code, message } = status ?? this.status;
    if (!this.#isOpen() || !isSettable(code) || this.status.code === SpanStatusCode.OK) {
      return this;
    }
    const hasMessage = code === SpanStatusCode.ERROR && typeof message === 'string';
    this.status = hasMessage ? { code, message: toText(message) } : { code };
    return this;
  }

  updateName(name: string): this {
    if (this.#isOpen()) {
      this.name = toText(name);
    }
    return this;
  }

  recordException(exception: Exception, time?: TimeInput): void {
    const attributes = toExceptionAttributes(exception);
    if (attributes === undefined) {
      diag.warn('An exception without a type and a message is not recorded');
    } else {
      this.addEvent(EVENT_EXCEPTION, attributes, time);
    }
  }

  /** An end before the start is taken for the start: a duration is never negative. */
  end(endTime?: TimeInput): void {
    if (!this.#isOpen()) {
      return;
    }
    const end = this.#time.toHrTime(endTime);
    const [startSeconds, startNanos] = this.startTime;
    const isBefore = end[0] < startSeconds || (end[0] === startSeconds && end[1] < startNanos);
    this.endTime = isBefore ? [startSeconds, startNanos] : end;
    this.ended = true;
    this.#onEnd(this);
  }

  /** Replaces what must not leave; for the pipeline, once, after the end. */
  redact(redaction: SpanRedaction): void {
    const { attribute, text } = redaction;
    this.attributeList.transform(attribute);
    this.#endAttributes = undefined;
    for (const part of [...this.events, ...this.links]) {
      if (part.attributes !== undefined) {
        redactAttributes(part.attributes, attribute);
      }
    }
    const { message } = this.status;
    if (message !== undefined) {
      this.status = { ...this.status, message: text(message) };
    }
  }

  #isOpen(): boolean {
    if (this.ended) {
      diag.warn(`The span "${this.name}" has ended; what is said of it now is lost`);
    }
    return !this.ended;
  }
}

function isSettable(code: SpanStatusCode): boolean {
  return code === SpanStatusCode.OK || code === SpanStatusCode.ERROR;
}

/** Whether a link has a context that every encoding can carry. Never throws. */
function isLinkable(link: Link | undefined): link is Link {
  try {
    const context = link?.context;
    if (context === undefined || !isSpanContextValid(context) || !Number.isInteger(context.traceFlags)) {
      return false;
    }
    return context.traceState === undefined || typeof context.traceState.serialize() === 'string';
  } catch {
    return false;
  }
}

/** Adds `item`; past `max` the oldest gives way. @returns How many were dropped for it. */
function pushNewest<T>(items: T[], item: T, max: number): number {
  items.push(item);
  if (items.length <= max) {
    return 0;
  }
  items.shift();
  return 1;
}

function redactAttributes(attributes: Attributes, attribute: SpanRedaction['attribute']): void {
  for (const [key, value] of Object.entries(attributes)) {
    const kept = attribute(key, value);
    if (kept === undefined) {
      delete attributes[key];
    } else {
      attributes[key] = kept;
    }
  }
}
