import type { CallStore } from '@dcc-mcp/call-store';
import { type JsonlFile, type JsonlHistory, type RowFileHealth, startJsonl } from '@dcc-mcp/call-store/jsonl';
import { EVENT_DCC_MCP_HISTORY_STATE } from '@dcc-mcp/semantic-conventions';
import type { AuditConfig } from '../../config/reader/gateway-config.ts';
import type { Log } from '../../protocol/log.ts';
import { unlessAborted } from '../../protocol/unless-aborted.ts';

/** How long a start waits for what is on disk; what comes later is there later. */
const SEED_MILLIS = 1_000;

/** What {@link AuditFiles} works with. */
export interface AuditFilesOptions {
  readonly store: CallStore;
  readonly config: AuditConfig;
  readonly log: Log;
  /** Told of each row that will never be written, with the name of its store. */
  readonly onDropped: (store: string) => void;
}

/** `audit.jsonl` and `traces.jsonl` of one gateway, between its start and its end. */
export class AuditFiles {
  readonly #options: AuditFilesOptions;
  #history: JsonlHistory | undefined;

  constructor(options: AuditFilesOptions) {
    this.#options = options;
  }

  /** Puts what earlier processes kept before what this one keeps. Nothing happens where no folder is named. */
  async open(): Promise<void> {
    const { store, config, log, onDropped } = this.#options;
    const { dir: directory, maxRows, maxBytes } = config;
    if (directory === undefined) {
      return;
    }
    const event = EVENT_DCC_MCP_HISTORY_STATE;
    this.#history = startJsonl(store, {
      directory,
      maxRows,
      maxBytes,
      onChange: ({ state, message }) =>
        log(`history: ${message}`, { severity: state === 'ok' ? 'info' : 'warn', event }),
      onDropped: (file) => onDropped(STORES[file]),
    });
    const { seeded } = this.#history;
    const { calls, traces, skipped } = await unlessAborted(seeded, AbortSignal.timeout(SEED_MILLIS), () => NOT_YET);
    if (calls + traces + skipped > 0) {
      const torn = skipped === 0 ? '' : `; ${skipped} damaged lines were left out`;
      log(`history: ${calls} calls and ${traces} traces of before are there${torn}`, { event });
    }
  }

  /** How the files are, by the name of their store; empty where nothing is written. */
  health(): Readonly<Record<string, RowFileHealth>> {
    const health = this.#history?.health();
    return health === undefined ? {} : { [STORES.audit]: health.audit, [STORES.traces]: health.traces };
  }

  /** Writes what waits. */
  async close(): Promise<void> {
    await this.#history?.close();
  }
}

/** What the files are called where stores are told of. */
const STORES = { audit: 'audit_file', traces: 'traces_file' } as const satisfies Readonly<Record<JsonlFile, string>>;

const NOT_YET = { calls: 0, traces: 0, skipped: 0 };
