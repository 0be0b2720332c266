import type { CircuitView, Upstream, UpstreamLoad } from '../upstream/upstream.ts';

/** What a worker does at a server that it has a connection of its own to. */
export interface ServerShare {
  readonly instanceId: string;
  readonly load: UpstreamLoad;
  readonly circuit: CircuitView;
}

/** How busy a server is, and whether it is called: of all processes of this gateway. */
export type Standing = Pick<ServerShare, 'load' | 'circuit'>;

const BY_STATE = ['closed', 'half-open', 'open'] as const;

/** Adds what workers do to what this process does itself: calls are summed, and the circuit that is worst stands for all. */
export function standings(shares: readonly ServerShare[]): (upstream: Upstream) => Standing {
  const byId = Map.groupBy(shares, ({ instanceId }) => instanceId);
  return ({ settings, load, circuit }) => {
    const all: readonly Standing[] = [{ load, circuit }, ...(byId.get(settings.instanceId) ?? [])];
    return {
      load: {
        queued: all.reduce((sum, each) => sum + each.load.queued, 0),
        running: all.reduce((sum, each) => sum + each.load.running, 0),
      },
      circuit: all.map((each) => each.circuit).reduce(worse),
    };
  };
}

function worse(one: CircuitView, other: CircuitView): CircuitView {
  const by = BY_STATE.indexOf(other.state) - BY_STATE.indexOf(one.state);
  return by > 0 || (by === 0 && other.failures > one.failures) ? other : one;
}
