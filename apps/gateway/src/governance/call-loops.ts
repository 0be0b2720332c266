import { hash } from 'node:crypto';

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
  readonly slug: string;
  /** The arguments as they came. */
  readonly said: string;
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
  #calls = new Map<number, Repeated>();
  /** Those that came before: to take the oldest out of one map, call by call, costs ten times as much. */
  #older = new Map<number, Repeated>();
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
    const key = keyOf(call);
    const known = this.#calls.get(key) ?? this.#older.get(key);
    if (known === undefined || now - known.since >= windowMillis) {
      this.#begin(key, { since: now, first: call.session });
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

  #begin(key: number, repeated: Repeated): void {
    this.#calls.set(key, repeated);
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

/** Arguments up to that length are read character by character, longer ones by their SHA-256: that is faster for them. */
const MAX_READ = 512;
const PRIME_A = 2_654_435_761;
const PRIME_B = 1_597_334_677;
const PRIME_C = 2_246_822_507;
const PRIME_D = 3_266_489_909;
const HIGH_BITS = 0x1f_ff_ff;

/**
 * 53 bits that stand for the tool and its arguments (cyrb53), because as texts ten thousand calls are megabytes. At a
 * thousand calls a second, all different, two of those that are remembered have one number once in 28 years; a loop is more
 * than two.
 */
function keyOf({ slug, said }: RepeatableCall): number {
  const text = `${slug} ${said.length > MAX_READ ? hash('sha256', said) : said}`;
  let a = 0;
  let b = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    a = Math.imul(a ^ code, PRIME_A);
    b = Math.imul(b ^ code, PRIME_B);
  }
  const low = Math.imul(a ^ (a >>> 16), PRIME_C) ^ Math.imul(b ^ (b >>> 13), PRIME_D);
  const high = Math.imul(b ^ (b >>> 16), PRIME_C) ^ Math.imul(low ^ (low >>> 13), PRIME_D);
  return (high & HIGH_BITS) * 2 ** 32 + (low >>> 0);
}
