import type { GatewayConfig } from '../config/reader/gateway-config.ts';
import type { StateFolder } from '../files/state-folder.ts';
import { type Listeners, MetricsPortError } from '../http/open-listeners.ts';
import type { Log } from '../protocol/log.ts';
import { codeOf } from '../protocol/thrown-error.ts';
import { standForElection } from '../registry/election/stand-for-election.ts';
import { readYieldSecret } from '../registry/election/yield-secret.ts';

/** Whether a gateway stands for its port, or takes what it gets at the first try. */
export interface Candidacy {
  /** Whether to go on where another gateway has the port, until it is free. */
  readonly waits: boolean;
  /** Aborts when nobody wants the port any more. */
  readonly signal: AbortSignal;
}

/** What {@link openByElection} works with. */
export interface ElectionOptions extends Candidacy {
  readonly version: string;
  readonly stateFolder: StateFolder | undefined;
  readonly open: () => Promise<Listeners>;
  readonly onLost: () => void;
  readonly log: Log;
}

/** Opens the listeners where the port is won. @throws As `standForElection` does. */
export function openByElection({ server }: GatewayConfig, options: ElectionOptions): Promise<Listeners> {
  const { stateFolder, open, log, onLost, ...candidate } = options;
  const { host, port } = server;
  return standForElection({
    ...candidate,
    urls: urlsOf(host, port),
    bind: open,
    isHeld,
    readSecret: () => readYieldSecret(stateFolder, port),
    onHeld: (error) => {
      if (options.waits) {
        log(
          `waiting for ${error instanceof MetricsPortError ? `a port: ${error.message}` : `the port ${host}:${port}`}`,
        );
      }
    },
    onLost: (url) => {
      onLost();
      if (options.waits) {
        log(`another gateway serves ${url}; this one takes over when that one ends`);
      }
    },
  });
}

function isHeld(error: unknown): false | 'port' | 'beside' {
  if (codeOf(error) !== 'EADDRINUSE') {
    return false;
  }
  return error instanceof MetricsPortError ? 'beside' : 'port';
}

/** Where this machine may reach who holds the port. */
function urlsOf(host: string, port: number): readonly string[] {
  // One bound to every address is met by one that has those of IPv6, or of IPv4, alone.
  const hosts = { '0.0.0.0': ['127.0.0.1'], '::': ['::1', '127.0.0.1'] }[host] ?? [host];
  return hosts.map((each) => `http://${each.includes(':') ? `[${each}]` : each}:${port}`);
}
