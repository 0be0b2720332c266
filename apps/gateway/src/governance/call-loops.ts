/** When identical calls of one caller are a loop. */
export interface LoopSettings {
  /** Identical calls in the window that are none yet. */
  readonly loopCalls: number;
  readonly loopWindowSecs: number;
  /** Whether more than that are refused. */
  readonly refuseLoops: boolean;
}

/** What {@link CallLoops} works with. */
export interface CallLoopsOptions {
  readonly settings: LoopSettings;
  /** Told once of each caller and window. */
  readonly onLoop: (loop: CallLoop) => void;
}

/** A caller that makes the same call again and again. */
export interface CallLoop {
  readonly tool: string;
  readonly caller: string;
  readonly calls: number;
  readonly windowSecs: number;
  readonly isRefused: boolean;
}

/** One call, as far as it can be the same as another one. */
export interface RepeatableCall {
  readonly tool: string;
  /** The tool with the arguments as they came, or what is as good. */
  readonly key: string;
  /** The session that it belongs to; absent where the protocol has none. */
  readonly session: string | undefined;
  /** Who calls, where there is no session. Asked from the second identical call on: most calls are made once. */
  principalOf(): string;
}

interface Repeated {
  /** Start of the window, in milliseconds. */
  readonly since: number;
  /** Session of the first call. */
  readonly first: string | undefined;
  /** Calls of each caller. */
  callers?: Map<string, number>;
}

/** Calls that are remembered; the oldest go first, half of them at a time. */
const MAX_CALLS = 10_000;
const MAX_CALLERS = 64;

/** Notices who makes the same call more often than makes sense. A first call costs two looks into a map. */
export class CallLoops {
  readonly #options: CallLoopsOptions;
  #calls = new Map<string, Repeated>();
  /** Those that came before: to take the oldest out of one map, call by call, costs ten times as much. */
  #older = new Map<string, Repeated>();
  #seen = 0;

  constructor(options: CallLoopsOptions) {
    this.#options = options;
  }

  get settings(): LoopSettings {
    return this.#options.settings;
  }

  /** Another process has seen one. */
  noteSeen(): void {
    this.#seen += 1;
  }

  /** Loops seen since the settings are in force. */
  get seen(): number {
    return this.#seen;
  }

  /**
   * Counts a call.
   *
   * @param now Milliseconds of a monotonic clock.
   * @returns The milliseconds until the window is over where the call is refused; `undefined` where it may go on.
   */
  note(call: RepeatableCall, now: number): number | undefined {
    const { settings } = this.#options;
    const windowMillis = settings.loopWindowSecs * 1_000;
    const known = this.#calls.get(call.key) ?? this.#older.get(call.key);
    if (known === undefined || now - known.since >= windowMillis) {
      this.#begin(call, now);
      return undefined;
    }
    const callers = (known.callers ??= new Map());
    const caller = call.session ?? call.principalOf();
    if (callers.size >= MAX_CALLERS && !callers.has(caller)) {
      return undefined;
    }
    // Without a session the first call is taken for one of each: who made it was not asked.
    const calls = (callers.get(caller) ?? (known.first === call.session ? 1 : 0)) + 1;
    callers.set(caller, calls);
    if (calls <= settings.loopCalls) {
      return undefined;
    }
    if (calls === settings.loopCalls + 1) {
      this.#tell(call.tool, caller, calls);
    }
    return settings.refuseLoops ? known.since + windowMillis - now : undefined;
  }

  #begin({ key, session: first }: RepeatableCall, since: number): void {
    this.#calls.set(key, { since, first });
    if (this.#calls.size >= MAX_CALLS / 2) {
      this.#older = this.#calls;
      this.#calls = new Map();
    }
  }

  #tell(tool: string, caller: string, calls: number): void {
    const { settings, onLoop } = this.#options;
    this.#seen += 1;
    onLoop({ tool, caller, calls, windowSecs: settings.loopWindowSecs, isRefused: settings.refuseLoops });
  }
}
