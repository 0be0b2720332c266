import { redactText } from '@dcc-mcp/bounds/redaction';
import type { ContentionEvent } from '@dcc-mcp/call-store';
import type { GatewayMetrics } from '@dcc-mcp/gateway-metrics';
import { ATTR_DCC_MCP_CONTENTION_EVENT, EVENT_DCC_MCP_GATEWAY_STOP } from '@dcc-mcp/semantic-conventions';
import type { Log } from '../../protocol/log.ts';
import { toPrintableLine } from '../../protocol/printable-text.ts';

/** What {@link ElectionRecord} works with. */
export interface ElectionRecordOptions {
  /** Absent with metrics off. */
  readonly metrics: Pick<GatewayMetrics, 'recordElection'> | undefined;
  readonly onContention: (event: ContentionEvent) => void;
  readonly log: Log;
  /** Names this gateway among those that hold the port one after the other. */
  readonly instanceId: string;
}

/** The gateway that is given the port, as it says itself. */
export interface Challenger {
  readonly version: string;
  readonly reason?: string | undefined;
}

const MAX_REASON_LENGTH = 512;

/** Counts what came of elections, and tells of those that changed who holds the port. */
export class ElectionRecord {
  readonly #options: ElectionRecordOptions;
  #hasLost = false;
  #hasYielded = false;

  constructor(options: ElectionRecordOptions) {
    this.#options = options;
  }

  /** @param url Where it listens now. */
  won(url: string): void {
    this.#options.metrics?.recordElection('won');
    this.#tell('election_won', `it listens on ${url}`);
  }

  /** Whether an election was lost, which is to be seen outside before the process ends. */
  get hasLost(): boolean {
    return this.#hasLost;
  }

  lost(): void {
    this.#hasLost = true;
    this.#options.metrics?.recordElection('lost');
  }

  /** The port is given up; a second challenger in the meantime changes nothing. */
  yielded({ version, reason = '' }: Challenger): void {
    if (this.#hasYielded) {
      return;
    }
    this.#hasYielded = true;
    const { metrics, log } = this.#options;
    const why = toPrintableLine(`to version ${version}${reason === '' ? '' : `: ${reason}`}`, MAX_REASON_LENGTH);
    metrics?.recordElection('yielded');
    this.#tell('voluntary_yield', why);
    log(`the port is given up ${redactText(why)}`, {
      event: EVENT_DCC_MCP_GATEWAY_STOP,
      attributes: { [ATTR_DCC_MCP_CONTENTION_EVENT]: 'voluntary_yield' },
    });
  }

  #tell(event: 'election_won' | 'voluntary_yield', reason: string): void {
    this.#options.onContention({
      timestamp: new Date().toISOString(),
      event,
      dcc_type: 'gateway',
      instance_id: this.#options.instanceId,
      reason: redactText(reason),
      severity: 'info',
    });
  }
}
