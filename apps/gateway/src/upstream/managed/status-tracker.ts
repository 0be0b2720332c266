import { toPrintableLine } from '../../protocol/printable-text.ts';
import type { ServerFacts } from '../connection/negotiate.ts';
import { failed, shuttingDown, unreachable } from '../hop/failures.ts';
import type { HopFailure, UpstreamReadiness, UpstreamStatus } from '../upstream.ts';

const MAX_ERROR_LENGTH = 500;

/** Keeps what is known of an upstream, and tells of every change. */
export class StatusTracker {
  #status: UpstreamStatus;
  readonly #now: () => number;
  readonly #onChange: () => void;
  /** `lastError` is no failure but a suspicion. */
  #isSuspicious = false;

  constructor(readiness: UpstreamReadiness, now: () => number, onChange: () => void) {
    this.#now = now;
    this.#onChange = onChange;
    this.#status = {
      readiness,
      since: now(),
      consecutiveFailures: 0,
      starts: 0,
      hasBeenTried: false,
      capabilities: {},
      toolCount: 0,
      toolCountAtLastGood: 0,
      lateAnswers: 0,
      cutLists: {},
      isCircuitOpen: false,
    };
  }

  get status(): UpstreamStatus {
    return this.#status;
  }

  started(): void {
    this.#set({ starts: this.#status.starts + 1 }, false);
  }

  change(readiness: UpstreamReadiness): void {
    if (readiness !== this.#status.readiness) {
      this.#set({ readiness, since: this.#now() });
    }
  }

  /** It was stopped until its next use: what it offers is asked anew then, and nobody starts it to ask. */
  stopped(): void {
    this.#set({ readiness: 'idle', since: this.#now(), capabilities: {} });
  }

  /** The upstream works; `lastError` stays as history. */
  ok(): void {
    const { readiness, since } = this.#status;
    const isNews = readiness !== 'ready';
    const toolCountAtLastGood = this.#status.toolCount;
    const lastOk = this.#now();
    if (this.#isSuspicious) {
      this.#isSuspicious = false;
      const { lastError: _unfounded, ...rest } = this.#status;
      this.#status = rest;
    }
    this.#set(
      {
        readiness: 'ready',
        since: isNews ? lastOk : since,
        lastOk,
        consecutiveFailures: 0,
        hasBeenTried: true,
        toolCountAtLastGood,
        ...(readiness === 'booting' ? { startMillis: lastOk - since } : {}),
      },
      isNews,
    );
  }

  /** What an upstream does that is not usable yet, until it is or fails; a failure before says more. */
  suspect(reason: string): void {
    if (!this.#isSuspicious && this.#status.consecutiveFailures === 0) {
      this.#isSuspicious = true;
      this.#set({ lastError: toPrintableLine(reason, MAX_ERROR_LENGTH) });
    }
  }

  failure(reason: string): void {
    this.#isSuspicious = false;
    const { startMillis: _past, ...rest } = this.#status;
    this.#status = rest;
    const { readiness, since, consecutiveFailures } = rest;
    this.#set({
      readiness: 'unreachable',
      since: readiness === 'unreachable' ? since : this.#now(),
      consecutiveFailures: consecutiveFailures + 1,
      lastError: toPrintableLine(reason, MAX_ERROR_LENGTH),
      hasBeenTried: true,
    });
  }

  tried(): void {
    if (!this.#status.hasBeenTried) {
      this.#set({ hasBeenTried: true });
    }
  }

  facts(facts: ServerFacts): void {
    const { serverInfo: _info, instructions: _instructions, ...rest } = this.#status;
    this.#status = rest;
    const { cut: _cut, ...known } = facts;
    this.#set(known);
  }

  tools(toolCount: number): void {
    if (toolCount !== this.#status.toolCount) {
      this.#set({ toolCount, ...(this.#status.readiness === 'ready' ? { toolCountAtLastGood: toolCount } : {}) });
    }
  }

  scene(scene: string | undefined): void {
    const { scene: known, ...rest } = this.#status;
    if (scene !== known) {
      this.#status = rest;
      this.#set(scene === undefined ? {} : { scene });
    }
  }

  lateAnswer(): void {
    this.#set({ lateAnswers: this.#status.lateAnswers + 1 }, false);
  }

  /** @returns Whether that is news. */
  cut(list: string, why: string | undefined): boolean {
    const { [list]: known, ...others } = this.#status.cutLists;
    const text = why === undefined ? undefined : toPrintableLine(why, MAX_ERROR_LENGTH);
    if (text === known) {
      return false;
    }
    this.#set({ cutLists: text === undefined ? others : { ...others, [list]: text } });
    return true;
  }

  circuit(isCircuitOpen: boolean): void {
    if (isCircuitOpen !== this.#status.isCircuitOpen) {
      this.#set({ isCircuitOpen });
    }
  }

  #set(changes: Partial<UpstreamStatus>, isNews = true): void {
    this.#status = { ...this.#status, ...changes };
    if (isNews) {
      this.#onChange();
    }
  }
}

/** Why an upstream without a connection can't take a call at this moment. */
export function whyNotUsable(status: UpstreamStatus, isClosed: boolean): HopFailure {
  const { readiness, lastError, lastOk, consecutiveFailures } = status;
  if (isClosed) {
    return shuttingDown().failure;
  }
  if (readiness === 'disabled') {
    return unreachable('The upstream is disabled in the configuration').failure;
  }
  if (readiness === 'unreachable') {
    return unreachable(`The upstream can not be reached: ${lastError ?? 'no connection'}`).failure;
  }
  // An error before the last time that it worked explains nothing.
  const isNews = lastError !== undefined && (lastOk === undefined || consecutiveFailures > 0);
  const message = `The upstream is still starting${isNews ? ` (${lastError})` : ''}`;
  return failed('not-ready', message, { backendErrorKind: 'booting' }).failure;
}
