import { createHash } from 'node:crypto';
import { toInstanceShort } from '../../protocol/instance-id.ts';
import type { ReachRule } from '../../upstream/http/reach/reach.ts';
import type { RegisteredFacts, UpstreamSettings } from '../../upstream/upstream.ts';

/** Where an instance is known from. */
export type InstanceSourceName = UpstreamSettings['source'];

/** Of two sources that have the same instance the first one counts. */
export const SOURCES: readonly InstanceSourceName[] = ['config', 'http', 'file', 'gateway'];

/** An instance as one source has it. */
export interface InstanceOffer {
  readonly settings: UpstreamSettings;
  /** What its row says beside how to reach it; may change while the instance goes on. */
  readonly facts?: RegisteredFacts;
}

/** An instance that registers itself says where it is and what it is; the rest is as for a server of the configuration. */
export interface RegisteredPlace {
  readonly source: 'http' | 'file';
  /** A UUID in lower case. */
  readonly instanceId: string;
  /** Of `[a-z0-9_-]`. */
  readonly dccType: string;
  /** Without credentials. */
  readonly url: string;
  /** Which addresses it may have; absent: any. */
  readonly reach?: ReachRule;
}

/** What an upstream is made of whose row says no more than where it is. */
export function registeredSettings({ source, instanceId, dccType, url, reach }: RegisteredPlace): UpstreamSettings {
  const instanceShort = toInstanceShort(instanceId);
  return {
    key: `${dccType}-${instanceShort}`,
    instanceId,
    instanceShort,
    dccType,
    source,
    // Nobody gave credentials for it, and those of others are not for it.
    transport: { type: 'http', url, headers: {}, ...(reach === undefined ? {} : { reach }) },
    isLazy: false,
    isDisabled: false,
    affinity: 'any',
    concurrency: 16,
    maxQueued: 256,
    timeoutMillis: 60_000,
    coercesArguments: true,
  };
}

/** Tells whether two upstreams would be made of the same; a digest, because settings hold secrets. */
export function fingerprintOf(settings: UpstreamSettings, limits: object): string {
  return createHash('sha256')
    .update(JSON.stringify([settings, limits]))
    .digest('base64');
}
