import type { SessionEvent } from '@dcc-mcp/session-events';

/** Requests whose events are wanted: their time, and the ids that an event may name them by. */
export interface WantedEvents {
  /** Milliseconds since the epoch. */
  readonly fromMillis: number;
  readonly toMillis: number;
  /** Request ids. */
  readonly calls: readonly string[];
  /** Ids of the jobs that they were. */
  readonly jobs: readonly string[];
  readonly traces: readonly string[];
}

/** How much later than its call a line that belongs to it may be written, in milliseconds. */
const LINE_DELAY_MILLIS = 100;

/**
 * Events that belong to requests: those that name them by an id, whenever they came, and those of their time that name no
 * other. The id of a call or a job that is none of ours says nothing as long as the host names none as we do: it may have ids
 * of its own.
 */
export function relatedEvents(events: readonly SessionEvent[], wanted: WantedEvents): readonly SessionEvent[] {
  const { fromMillis, toMillis } = wanted;
  const [calls, jobs, traces] = [new Set(wanted.calls), new Set(wanted.jobs), new Set(wanted.traces)];
  const namesCall = ({ tool_call_id: id, correlation_id: other }: SessionEvent): boolean =>
    (id !== undefined && calls.has(id)) || (other !== undefined && calls.has(other));
  const namesJob = ({ job_id: id }: SessionEvent): boolean => id !== undefined && jobs.has(id);
  const isNamed = (event: SessionEvent): boolean =>
    namesCall(event) || namesJob(event) || (event.trace_id !== undefined && traces.has(event.trace_id));
  const [knowsCalls, knowsJobs] = [events.some(namesCall), events.some(namesJob)];
  const namesOther = (event: SessionEvent): boolean =>
    event.trace_id !== undefined ||
    (event.job_id !== undefined && knowsJobs) ||
    (event.tool_call_id !== undefined && knowsCalls);
  const isThen = ({ timestamp }: SessionEvent): boolean => {
    const at = Date.parse(timestamp);
    return at >= Math.floor(fromMillis) && at <= toMillis + LINE_DELAY_MILLIS;
  };
  return events.filter((event) => isNamed(event) || (isThen(event) && !namesOther(event)));
}
