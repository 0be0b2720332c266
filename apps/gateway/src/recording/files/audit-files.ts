import type { CallStore } from '@dcc-mcp/call-store';
import { type JsonlHistory, type RowFileHealth, startJsonl } from '@dcc-mcp/call-store/jsonl';
import { EVENT_DCC_MCP_HISTORY_STATE } from '@dcc-mcp/semantic-conventions';
import type { AuditConfig } from '../../config/reader/gateway-config.ts';
import type { Log } from '../../protocol/log.ts';
import { unlessAborted } from '../../protocol/unless-aborted.ts';

/** How long a start waits for what is on disk; what comes later is there later. */
const SEED_MILLIS = 1_000;

/** `audit.jsonl` and `traces.jsonl` of one gateway, between its start and its end. */
export class AuditFiles {
  readonly #store: CallStore;
  readonly #config: AuditConfig;
  readonly #log: Log;
  #history: JsonlHistory | undefined;

  constructor(store: CallStore, config: AuditConfig, log: Log) {
    this.#store = store;
    this.#config = config;
    this.#log = log;
  }

  /** Puts what earlier processes kept before what this one keeps. Nothing happens where no folder is named. */
  async open(): Promise<void> {
    const { dir: directory, maxRows, maxBytes } = this.#config;
    if (directory === undefined) {
      return;
    }
    const event = EVENT_DCC_MCP_HISTORY_STATE;
    this.#history = startJsonl(this.#store, {
      directory,
      maxRows,
      maxBytes,
      onChange: ({ state, message }) =>
        this.#log(`history: ${message}`, { severity: state === 'ok' ? 'info' : 'warn', event }),
    });
    const { seeded } = this.#history;
    const { calls, traces, skipped } = await unlessAborted(seeded, AbortSignal.timeout(SEED_MILLIS), () => NOT_YET);
    if (calls + traces + skipped > 0) {
      const torn = skipped === 0 ? '' : `; ${skipped} damaged lines were left out`;
      this.#log(`history: ${calls} calls and ${traces} traces of before are there${torn}`, { event });
    }
  }

  /** How the files are, by the name of their store; empty where nothing is written. */
  health(): Readonly<Record<string, RowFileHealth>> {
    const health = this.#history?.health();
    return health === undefined ? {} : { audit_file: health.audit, traces_file: health.traces };
  }

  /** Writes what waits. */
  async close(): Promise<void> {
    await this.#history?.close();
  }
}

const NOT_YET = { calls: 0, traces: 0, skipped: 0 };
