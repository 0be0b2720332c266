import { randomUUID } from 'node:crypto';
import type { InFlight } from '../http/in-flight.ts';
import type { RouteTable } from '../http/route-table.ts';
import type { GatewayInstruments } from '../recording/telemetry/gateway-instruments.ts';
import { ElectionRecord } from '../registry/election/election-record.ts';
import { YieldSecret } from '../registry/election/yield-secret.ts';
import type { RegistryEvents } from '../registry/events/registry-events.ts';
import { yieldRoutes } from '../rest/election/yield-route.ts';
import type { GatewayParts } from './gateway-parts.ts';

interface Contended extends Pick<GatewayInstruments, 'metrics'> {
  readonly inFlight: InFlight;
  readonly events: RegistryEvents;
}

/** What there is of elections. */
export interface Ballot {
  /** What came of standing for the port. */
  readonly election: ElectionRecord;
  /** Proves that a newer gateway may have the port. */
  readonly yieldSecret: YieldSecret;
  readonly routes: RouteTable;
}

/** How elections end, and how the port is given up. */
export function createBallot(
  { config, version, stateFolder, log, onYield = () => {} }: GatewayParts,
  { events, metrics, inFlight }: Contended,
): Ballot {
  const onContention: RegistryEvents['onContention'] = (event) => events.onContention(event);
  const election = new ElectionRecord({ metrics, onContention, log, instanceId: randomUUID() });
  const yieldSecret = new YieldSecret({ folder: stateFolder, log });
  const routes = yieldRoutes({
    version,
    auth: config.auth,
    bodyLimitBytes: config.server.bodyLimitBytes,
    secret: yieldSecret.text,
    onYield: (challenger) => {
      if (!inFlight.isDraining) {
        election.yielded(challenger);
      }
    },
    onAnswered: onYield,
  });
  return { election, yieldSecret, routes };
}
