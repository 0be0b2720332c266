import { redactText } from '@dcc-mcp/bounds/redaction';
import type { ContentionEvent, Severity } from '@dcc-mcp/call-store';
import type { Upstream, UpstreamReadiness } from '../../upstream/upstream.ts';

/** The names of what is told of an instance when its state changes. */
export type ContentionName =
  | 'probe_booting'
  | 'probe_ready'
  | 'probe_unreachable'
  | 'host_died'
  | 'auto_deregister'
  | 'instance_exited'
  | 'ghost_reaped';

const SEVERITIES: Readonly<Record<ContentionName, Severity>> = {
  /** It starts, is started again, or says itself that it is not usable yet. */
  probe_booting: 'info',
  probe_ready: 'info',
  /** It does not answer, or could not be started. */
  probe_unreachable: 'warning',
  /** Its process ended, or its host was gone in the middle of a call. */
  host_died: 'error',
  /** It is gone from the configuration, or said itself that it leaves. */
  auto_deregister: 'info',
  /** It left without a word, is silent for too long, or did not answer its probes. */
  instance_exited: 'warning',
  /** Its process is gone, and its row was still there. */
  ghost_reaped: 'warning',
};

/** Whom an event is about. */
export type EventSubject = Pick<Upstream['settings'], 'dccType' | 'instanceId'>;

/** One change of state of an instance, of now. */
export function contentionEvent(
  { settings }: { readonly settings: EventSubject },
  event: ContentionName,
  reason?: string,
): ContentionEvent {
  return {
    timestamp: new Date().toISOString(),
    event,
    dcc_type: settings.dccType,
    instance_id: settings.instanceId,
    ...(reason === undefined ? {} : { reason: redactText(reason) }),
    severity: SEVERITIES[event],
  };
}

/** The last event of an instance, which says what is news of it. */
export type ToldEvent = 'probe_booting' | 'probe_ready' | 'probe_unreachable' | 'host_died' | undefined;

/**
 * What a readiness means after what was told last; `undefined`: it is no news. A child that can't be started is started
 * again and again: that it boots is told once after it died, and not again before it was ready.
 */
export function eventOf(told: ToldEvent, readiness: UpstreamReadiness, isChild: boolean): ToldEvent {
  switch (readiness) {
    case 'ready':
      return told === 'probe_ready' ? undefined : 'probe_ready';
    case 'unreachable':
      return told === 'probe_unreachable' || told === 'host_died' ? undefined : 'probe_unreachable';
    case 'booting':
      return told === 'probe_booting' || (isChild && told === 'probe_unreachable') ? undefined : 'probe_booting';
    case 'idle':
    case 'disabled':
    default:
      return undefined;
  }
}
