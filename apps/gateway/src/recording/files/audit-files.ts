import type { CallStore } from '@dcc-mcp/call-store';
import { type JsonlHistory, type RowFileHealth, startJsonl } from '@dcc-mcp/call-store/jsonl';
import { EVENT_DCC_MCP_HISTORY_STATE } from '@dcc-mcp/semantic-conventions';
import type { AuditConfig } from '../../config/reader/gateway-config.ts';
import type { Log } from '../../protocol/log.ts';
import { unlessAborted } from '../../protocol/unless-aborted.ts';

/** How long a start waits for what is on disk; what comes later is there later. */
const SEED_MILLIS = 1_000;

/** How often rows that could not be written are counted. */
const COUNT_MILLIS = 1_000;

/** What {@link AuditFiles} works with. */
export interface AuditFilesOptions {
  readonly store: CallStore;
  readonly config: AuditConfig;
  readonly log: Log;
  /** Told how many more rows of a file will never be written. */
  readonly onDropped: (file: string, rows: number) => void;
}

/** `audit.jsonl` and `traces.jsonl` of one gateway, between its start and its end. */
export class AuditFiles {
  readonly #options: AuditFilesOptions;
  readonly #counted = new Map<string, number>();
  #history: JsonlHistory | undefined;
  #counting: NodeJS.Timeout | undefined;

  constructor(options: AuditFilesOptions) {
    this.#options = options;
  }

  /** Puts what earlier processes kept before what this one keeps. Nothing happens where no folder is named. */
  async open(): Promise<void> {
    const { store, config, log } = this.#options;
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
    });
    this.#counting = setInterval(() => this.#countDropped(), COUNT_MILLIS).unref();
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
    return health === undefined ? {} : { audit_file: health.audit, traces_file: health.traces };
  }

  /** Writes what waits. */
  async close(): Promise<void> {
    await this.#history?.close();
    clearInterval(this.#counting);
    this.#countDropped();
  }

  #countDropped(): void {
    for (const [file, { dropped }] of Object.entries(this.health())) {
      const news = dropped - (this.#counted.get(file) ?? 0);
      if (news > 0) {
        this.#counted.set(file, dropped);
        this.#options.onDropped(file, news);
      }
    }
  }
}

const NOT_YET = { calls: 0, traces: 0, skipped: 0 };
