// What is said of the capture of traffic: whether it is on, what would turn it on, and what it costs.
import type { CaptureStatus } from '@dcc-mcp/admin-api';
import type { TextKey } from '../../text/en/en.ts';

/** What is said where there are no messages to show. */
export interface CaptureWords {
  readonly says: TextKey;
  /** What to do, or to know. */
  readonly more: readonly TextKey[];
  /** The gateway's own words say more. */
  readonly hasMessage: boolean;
}

const WORDS: Readonly<Record<CaptureStatus['state'], CaptureWords>> = {
  capture_disabled: {
    says: 'traffic.disabled',
    more: ['traffic.disabled.setting', 'traffic.privacy'],
    hasMessage: false,
  },
  capture_unavailable: { says: 'traffic.unavailable', more: [], hasMessage: true },
  filtered: { says: 'traffic.filtered', more: [], hasMessage: true },
  no_traffic: { says: 'traffic.none', more: ['traffic.privacy'], hasMessage: false },
  captured: { says: 'traffic.outside', more: [], hasMessage: false },
};

/** The words for a state. */
export function captureWords(state: CaptureStatus['state']): CaptureWords {
  return WORDS[state];
}

/** Whether messages are kept, so that a filter or a time can be why none is seen. */
export function hasFrames({ retained_frames: kept }: Pick<CaptureStatus, 'retained_frames'>): boolean {
  return kept > 0;
}

/** From whom to whom a message went, seen from left to right. */
export const LEG_KEYS = {
  client_to_gateway: 'traffic.leg.client_to_gateway',
  gateway_to_client: 'traffic.leg.gateway_to_client',
  gateway_to_upstream: 'traffic.leg.gateway_to_upstream',
  upstream_to_gateway: 'traffic.leg.upstream_to_gateway',
} as const satisfies Readonly<Record<string, TextKey>>;
