import {
  ATTR_DCC_MCP_CONTENTION_EVENT,
  ATTR_DCC_MCP_UPSTREAM,
  EVENT_DCC_MCP_UPSTREAM_CIRCUIT,
  EVENT_DCC_MCP_UPSTREAM_STATE,
} from '@dcc-mcp/semantic-conventions';
import type { Log, LogSeverity } from '../../protocol/log.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import { instanceRow, newsOfRow, whyAt } from '../table/instance-row.ts';
import type { Leave } from '../table/leave.ts';
import type { Upstreams } from '../table/upstreams.ts';
import { contentionEvent, type ContentionName, eventOf, type ToldEvent } from './contention-events.ts';
import type { RegistryEvents } from './registry-events.ts';

/** Numbers: those that say what is wrong (captured), then times, process ids and the like, as hexadecimal digits too. */
const NUMBERS = /(\b(?:HTTP \d{3}|exited with code -?\d+)\b)|[\da-f]*\d[\da-f]*/gi;

/** Longest delay of a timer of Node. */
const MAX_TIMER_MILLIS = 2_147_483_647;

/** What was told of one upstream. */
interface Told {
  event?: ToldEvent;
  /** The last line of the log, without the numbers that are no news. */
  logged?: string;
  /** The row that {@link RegistryEvents.onInstanceChanged} was last called for, without what is no news. */
  row?: string;
  /** Looks at it again when it may have become stale, of which nobody tells. */
  timer?: NodeJS.Timeout | undefined;
  /** Its calls are refused after repeated failures. */
  isRefusing: boolean;
}

/** What {@link ToldStates} works with. */
export interface ToldStatesOptions {
  readonly events: Pick<RegistryEvents, 'onContention' | 'onInstanceChanged'>;
  readonly upstreams: Pick<Upstreams, 'stateOf' | 'millisToStale'>;
  readonly log: Log;
}

/** What was told of each upstream, so that the same is not told again. */
export class ToldStates {
  readonly #events: Pick<RegistryEvents, 'onContention' | 'onInstanceChanged'>;
  readonly #upstreams: Pick<Upstreams, 'stateOf' | 'millisToStale'>;
  readonly #log: Log;
  readonly #told = new Map<string, Told>();

  constructor({ events, upstreams, log }: ToldStatesOptions) {
    this.#events = events;
    this.#upstreams = upstreams;
    this.#log = log;
  }

  onStatus(upstream: Upstream): void {
    const { settings, status } = upstream;
    const told = this.#of(upstream);
    const event = eventOf(told.event, status.readiness, settings.transport.type === 'stdio');
    const isBack = event === 'probe_booting' && told.event !== undefined;
    if (event !== undefined) {
      told.event = event;
      this.#events.onContention(contentionEvent(upstream, event, reasonOf(event, upstream)));
    }
    if (isBack) {
      this.#logLine(upstream, `upstream ${settings.key} is booting again`, { event });
    }
    this.#logStatus(upstream, told, event);
    this.#logCircuit(upstream, told);
    this.onRow(upstream);
  }

  /** Its row may show something else, of which its status says nothing. */
  onRow(upstream: Upstream): void {
    const told = this.#of(upstream);
    this.#whenStale(upstream, told);
    const row = newsOfRow(instanceRow(upstream, this.#upstreams.stateOf(upstream)));
    if (told.row !== row) {
      told.row = row;
      this.#events.onInstanceChanged(upstream.settings.instanceId);
    }
  }

  #whenStale(upstream: Upstream, told: Told): void {
    clearTimeout(told.timer);
    const millis = this.#upstreams.millisToStale(upstream);
    told.timer =
      millis === undefined || millis < 0
        ? undefined
        : setTimeout(() => this.onRow(upstream), Math.min(millis + 1, MAX_TIMER_MILLIS)).unref();
  }

  /** Before its status says so. */
  onDied(upstream: Upstream, reason: string): void {
    const told = this.#of(upstream);
    if (told.event === 'host_died' || told.event === 'probe_unreachable') {
      return;
    }
    told.event = 'host_died';
    this.#events.onContention(contentionEvent(upstream, 'host_died', reason));
    this.#logLine(upstream, `upstream ${upstream.settings.key} died: ${reason}`, {
      event: 'host_died',
      severity: 'warn',
    });
    // That it can't be reached for the same reason is said by that.
    told.logged = newsOf(unreachableLine(upstream, reason));
  }

  /** It is gone; what comes back is news again. */
  onGone(upstream: Upstream, { event, eviction, reason }: Leave): void {
    const { key, instanceId } = upstream.settings;
    this.#forget(instanceId);
    this.#events.onContention(contentionEvent(upstream, event, reason));
    this.#logLine(upstream, `upstream ${key} ${leaveLine(event, reason)}`, {
      event,
      severity: eviction === undefined ? 'info' : 'warn',
    });
    this.#events.onInstanceChanged(instanceId);
  }

  /** Another one takes its place, which is news again. */
  onReplaced(upstream: Upstream): void {
    const { key, instanceId, source } = upstream.settings;
    this.#forget(instanceId);
    const line =
      source === 'config' ? 'has changed in the configuration' : 'is made anew: what is known of it has changed';
    this.#logLine(upstream, `upstream ${key} ${line}`, { event: undefined });
  }

  #forget(instanceId: string): void {
    clearTimeout(this.#told.get(instanceId)?.timer);
    this.#told.delete(instanceId);
  }

  #of({ settings: { instanceId } }: Upstream): Told {
    const told = this.#told.get(instanceId) ?? { isRefusing: false };
    this.#told.set(instanceId, told);
    return told;
  }

  /** That it starts is not logged here, and what it fails with only where that differs by more than numbers. */
  #logStatus(upstream: Upstream, told: Told, event: ToldEvent): void {
    const line = statusLine(upstream);
    const news = newsOf(line);
    const { readiness } = upstream.status;
    if (readiness !== 'booting' && told.logged !== news) {
      told.logged = news;
      this.#logLine(upstream, line, { event, severity: readiness === 'unreachable' ? 'warn' : 'info' });
    }
  }

  /** Tells once when calls to an upstream are refused after repeated failures, and when they no longer are. */
  #logCircuit({ settings: { key }, status: { isCircuitOpen } }: Upstream, told: Told): void {
    if (told.isRefusing === isCircuitOpen) {
      return;
    }
    told.isRefusing = isCircuitOpen;
    const what = isCircuitOpen ? 'is called no more for now: it failed too often' : 'is called again';
    this.#log(`upstream ${key} ${what}`, {
      severity: isCircuitOpen ? 'warn' : 'info',
      event: EVENT_DCC_MCP_UPSTREAM_CIRCUIT,
      attributes: { [ATTR_DCC_MCP_UPSTREAM]: key },
    });
  }

  #logLine({ settings: { key } }: Upstream, line: string, { event, severity = 'info' }: Logged): void {
    this.#log(line, {
      severity,
      event: EVENT_DCC_MCP_UPSTREAM_STATE,
      attributes: {
        [ATTR_DCC_MCP_UPSTREAM]: key,
        ...(event === undefined ? {} : { [ATTR_DCC_MCP_CONTENTION_EVENT]: event }),
      },
    });
  }
}

interface Logged {
  /** The event that the line tells of, if any. */
  readonly event: ContentionName | undefined;
  readonly severity?: LogSeverity;
}

/** Why it can't be reached; of a child that is started again, which time that is. */
function reasonOf(event: ContentionName, { settings, status }: Upstream): string | undefined {
  if (event === 'probe_unreachable') {
    return status.lastError;
  }
  const isRestart = event === 'probe_booting' && settings.transport.type === 'stdio' && status.starts > 1;
  return isRestart ? `its process is started again (restart ${status.starts - 1})` : undefined;
}

function leaveLine(event: ContentionName, reason: string): string {
  if (event === 'host_died') {
    return `died: ${reason}`;
  }
  return reason.startsWith('gone from ') ? `is ${reason}` : `has left: ${reason}`;
}

function newsOf(line: string): string {
  return line.replaceAll(NUMBERS, (_, telling: string | undefined) => telling ?? '#');
}

/** How an upstream is, as the log says it. */
export function statusLine(upstream: Upstream): string {
  const { settings, status } = upstream;
  return status.readiness === 'unreachable'
    ? unreachableLine(upstream, status.lastError)
    : `upstream ${settings.key} is ${status.readiness}`;
}

function unreachableLine({ settings }: Upstream, why: string | undefined): string {
  return `upstream ${settings.key} is unreachable${why === undefined ? '' : `: ${whyAt(settings, why)}`}`;
}
