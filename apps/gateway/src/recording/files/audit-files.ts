import type { CallStore, SharedHealth } from '@dcc-mcp/call-store';
import { type JsonlFile, type JsonlHistory, type RowFileHealth, startJsonl } from '@dcc-mcp/call-store/jsonl';
import { IndexedCallStore, type IndexHealth, RowIndex } from '@dcc-mcp/call-store/sqlite';
import { EVENT_DCC_MCP_HISTORY_STATE } from '@dcc-mcp/semantic-conventions';
import type { AuditConfig } from '../../config/reader/gateway-config.ts';
import type { Log } from '../../protocol/log.ts';
import { counted } from '../../protocol/printable-text.ts';
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

/** `audit.jsonl`, `traces.jsonl` and `audit.db` of one gateway, and its rows that others tell of, between start and end. */
export class AuditFiles {
  /** What the gateway remembers: with a folder as far back as its index reaches. */
  readonly history: CallStore;
  readonly #options: AuditFilesOptions;
  readonly #index: RowIndex | undefined;
  #lines: JsonlHistory | undefined;
  #opening: Promise<void> | undefined;

  constructor(options: AuditFilesOptions) {
    const { store, config } = options;
    this.#options = options;
    this.#index = config.dir === undefined ? undefined : this.#createIndex(config.dir);
    this.history = this.#index === undefined ? store : new IndexedCallStore(store, this.#index);
  }

  /** Puts what earlier processes kept before what this one keeps. Nothing happens where no folder is named. */
  async open(): Promise<void> {
    const { config, log, onDropped } = this.#options;
    const { dir: directory, maxRows, maxBytes } = config;
    if (directory === undefined) {
      return;
    }
    this.#lines = startJsonl(this.#own, {
      directory,
      maxRows,
      maxBytes,
      onChange: ({ message, state }) => this.#tell(message, state === 'failing'),
      onDropped: (file) => onDropped(STORES[file]),
      // One process writes to the folder, and the index gets from the lines what it does not know.
      onOwner: () => {
        this.#opening = this.#index?.open();
      },
    });
    const tooLate = AbortSignal.timeout(SEED_MILLIS);
    const { calls, traces, skipped } = await unlessAborted(this.#lines.seeded, tooLate, () => NOT_YET);
    await unlessAborted(this.#opening ?? Promise.resolve(), tooLate, () => undefined);
    if (calls + traces + skipped > 0) {
      const torn = skipped === 0 ? '' : `; left out: ${counted(skipped, 'damaged line')}`;
      const rows = `${counted(calls, 'call')} and ${counted(traces, 'trace')}`;
      const event = EVENT_DCC_MCP_HISTORY_STATE;
      log(`history: ${rows} of before are there${torn}`, { event });
    }
  }

  /** How what is kept beside the memory is, by the name of its store; empty where nothing is. */
  health(): Readonly<Record<string, RowFileHealth | IndexHealth | SharedHealth>> {
    const { shared } = this.#options.store;
    return { ...this.#filesHealth(), ...(shared && { [SHARED_STORE]: shared.health() }) };
  }

  #filesHealth(): Readonly<Record<string, RowFileHealth | IndexHealth>> {
    const health = this.#lines?.health();
    if (health === undefined || this.#index === undefined) {
      return {};
    }
    const { audit, traces } = health;
    // An index that waits for the folder suffers from what the lines suffer from.
    const { last_error: cause } = audit;
    const isWaiting = this.#opening === undefined && cause !== undefined;
    const index = this.#index.health();
    return {
      [STORES.audit]: audit,
      [STORES.traces]: traces,
      [INDEX_STORE]: isWaiting ? { ...index, state: 'failing', last_error: cause } : index,
    };
  }

  /** Writes what waits. */
  async close(): Promise<void> {
    // The index first: who closes the lines lets another process have the folder.
    await this.#index?.close();
    await Promise.all([this.#lines?.close(), this.#options.store.shared?.close()]);
  }

  /** Of rows that several gateways share each writes its own. */
  get #own(): CallStore {
    const { store } = this.#options;
    return store.shared?.own ?? store;
  }

  #createIndex(directory: string): RowIndex {
    const { config, onDropped } = this.#options;
    return new RowIndex(this.#own, {
      directory,
      maxBytes: config.indexMaxBytes,
      onChange: ({ message, severity }) => this.#tell(message, severity === 'warning'),
      onDropped: () => onDropped(INDEX_STORE),
    });
  }

  #tell(message: string, isWarning: boolean): void {
    const severity = isWarning ? 'warn' : 'info';
    this.#options.log(`history: ${message}`, { severity, event: EVENT_DCC_MCP_HISTORY_STATE });
  }
}

/** What the files are called where stores are told of. */
const STORES = { audit: 'audit_file', traces: 'traces_file' } as const satisfies Readonly<Record<JsonlFile, string>>;
const INDEX_STORE = 'audit_index';
/** What rows are called that other gateways tell of, too. */
export const SHARED_STORE = 'shared_rows';

const NOT_YET = { calls: 0, traces: 0, skipped: 0 };
