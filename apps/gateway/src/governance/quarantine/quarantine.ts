import { messageOf } from '../../protocol/thrown-error.ts';
import type { Approvals } from '../approvals/approvals.ts';
import { type Hold, judgeList } from '../approvals/judge.ts';
import { type Arrival, hashesOf, learn } from '../approvals/learn.ts';
import { EMPTY_LEDGER, type Ledger, LOST_LEDGER, serverOfDcc } from '../approvals/ledger.ts';
import { type HeldTool, isWholeHeld, type WatchedList } from './held-tool.ts';
import { eventsBetween, type QuarantineEvent } from './quarantine-events.ts';
import { type QuarantineSubject, SeenTools } from './seen-tools.ts';
import { type StrangeText, StrangeTexts } from './strange-texts.ts';

/** What a {@link Quarantine} works with. */
export interface QuarantineOptions {
  readonly approvals: Approvals;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How often it is looked whether somebody approved something; default 1 s. */
  readonly pollMillis?: number | undefined;
  readonly onEvent: (event: QuarantineEvent) => void;
  /** Told once when approvals can't be read or written, and with `undefined` when they can again. */
  readonly onTrouble: (message: string | undefined) => void;
}

/** Whose tools they are. */
export interface QuarantineInstance {
  readonly key: string;
  readonly instanceId: string;
  readonly dccType: string;
  readonly source: 'config' | 'http' | 'file' | 'gateway';
}

const POLL_MILLIS = 1_000;

/**
 * Holds tools that changed since they were approved. What a list brings is judged at once, from what is known in this
 * process; what it teaches is written down behind it, and what others approved is looked for.
 */
export class Quarantine {
  readonly #options: QuarantineOptions;
  readonly #watched = new Map<string, WatchedList>();
  readonly #held = new Map<string, HeldTool>();
  readonly #seen = new SeenTools();
  readonly #texts = new StrangeTexts();
  /** What was learnt and is not written yet. */
  #pending: Arrival[] = [];
  #ledger: Ledger = EMPTY_LEDGER;
  #revision = '';
  #work: Promise<void> | undefined;
  #poll: NodeJS.Timeout | undefined;
  #trouble: string | undefined;
  #onChange = (): void => {};

  constructor(options: QuarantineOptions) {
    this.#options = options;
  }

  /** @param onChange Told when other tools are held than before. */
  listen(onChange: () => void): void {
    this.#onChange = onChange;
  }

  /** What is known. */
  get ledger(): Ledger {
    return this.#ledger;
  }

  /** The tools that are held now. */
  get held(): readonly HeldTool[] {
    return [...this.#held.values()];
  }

  /** Strange places in the texts of what is listed now, but for what a person has approved. */
  hints(): Promise<readonly StrangeText[]> {
    return this.#texts.find(this.#watched.values(), this.#ledger);
  }

  heldAs(slug: string): HeldTool | undefined {
    return this.#held.get(slug);
  }

  /** The first of these tools where each of them is held. */
  wholeHeld(slugs: readonly string[]): HeldTool | undefined {
    const [first] = slugs;
    const isWhole = first !== undefined && this.#held.size > 0 && slugs.every((slug) => this.#held.has(slug));
    return isWhole ? this.#held.get(first) : undefined;
  }

  /** True where an instance lists tools, and each of them is held. */
  isWholeHeld(instanceId: string): boolean {
    const watched = this.#watched.get(instanceId);
    return watched !== undefined && isWholeHeld(watched);
  }

  /**
   * Reads what was approved, and begins to look for changes. Approvals that can't be read hold everything. Never rejects.
   *
   * @returns False where that has begun already.
   */
  async open(): Promise<boolean> {
    if (this.#poll !== undefined) {
      return false;
    }
    this.#poll = setInterval(() => void this.#look(), this.#options.pollMillis ?? POLL_MILLIS).unref();
    this.#ledger = LOST_LEDGER;
    await this.#look();
    return true;
  }

  /** Writes what is not yet, and forgets everything. */
  async close(): Promise<void> {
    if (this.#poll === undefined) {
      return;
    }
    clearInterval(this.#poll);
    this.#poll = undefined;
    const hadHeld = this.#held.size > 0;
    await this.#look();
    this.#watched.clear();
    this.#held.clear();
    this.#pending = [];
    this.#revision = '';
    if (hadHeld) {
      this.#onChange();
    }
  }

  /** Judges what an instance lists now, before anybody can call it. */
  review(instance: QuarantineInstance, subjects: Iterable<QuarantineSubject>): void {
    if (this.#poll === undefined) {
      return;
    }
    const { instanceId, dccType, source, key } = instance;
    const listed = [...subjects].filter(({ isStub, needsLoad }) => !isStub && !needsLoad);
    const tools = this.#seen.of(listed);
    const list = {
      server: source === 'config' || source === 'gateway' ? key : serverOfDcc(dccType),
      dcc: dccType,
      instance: instanceId,
      tools,
    };
    const slugs = new Map(listed.map(({ slug }, index) => [tools[index]?.name ?? '', slug]));
    const known = this.#ledger;
    this.#learn({ list, before: hashesOf(this.#watched.get(instanceId)?.list), at: this.#time() });
    this.#settle({ list, slugs, held: new Map() }, known);
    if (this.#pending.length > 0) {
      void this.#look();
    }
  }

  /** The instance is gone. */
  forget(instanceId: string): void {
    for (const { slug } of this.#watched.get(instanceId)?.held.values() ?? []) {
      this.#held.delete(slug);
    }
    this.#watched.delete(instanceId);
  }

  #learn(arrival: Arrival): void {
    const learnt = learn(this.#ledger, arrival);
    if (learnt !== this.#ledger) {
      this.#ledger = learnt;
      this.#pending.push(arrival);
    }
  }

  #time(): string {
    return new Date(this.#options.now()).toISOString();
  }

  /** One look at a time: a second one that is asked for meanwhile follows. */
  async #look(): Promise<void> {
    while (this.#work !== undefined) {
      await this.#work;
    }
    this.#work = this.#synchronize().finally(() => (this.#work = undefined));
    await this.#work;
  }

  async #synchronize(): Promise<void> {
    const { approvals, onTrouble } = this.#options;
    const arrivals = this.#pending.splice(0);
    try {
      // Asked for first: what is written after that is read the next time.
      const revision = await approvals.revision();
      if (arrivals.length > 0) {
        this.#take(await approvals.update((known) => arrivals.reduce(learn, known)), revision);
      } else if (revision !== this.#revision) {
        this.#take(await approvals.read(), revision);
      }
      if (this.#trouble !== undefined) {
        this.#trouble = undefined;
        onTrouble(undefined);
      }
    } catch (error) {
      this.#pending.unshift(...arrivals);
      const message = messageOf(error);
      if (this.#trouble !== message) {
        this.#trouble = message;
        onTrouble(message);
      }
    }
  }

  /** What came in meanwhile is learnt on top. */
  #take(ledger: Ledger, revision: string): void {
    const known = this.#ledger;
    this.#revision = revision;
    this.#ledger = this.#pending.reduce(learn, ledger);
    for (const watched of this.#watched.values()) {
      // Where others began anew, what is listed now is known again.
      this.#learn({ list: watched.list, before: new Map(), at: this.#time() });
      this.#settle(watched, known);
    }
  }

  /** @param known What was known before. */
  #settle(watched: WatchedList, known: Ledger): void {
    const { list, slugs } = watched;
    const before = this.#watched.get(list.instance);
    const now = { ...watched, held: heldOf(watched, judgeList(this.#ledger, list)) };
    before?.held.forEach(({ slug }) => this.#held.delete(slug));
    now.held.forEach((tool) => this.#held.set(slugs.get(tool.name) ?? '', tool));
    this.#watched.set(list.instance, now);
    const events = eventsBetween(before, now, known);
    events.forEach((event) => this.#options.onEvent(event));
    if (events.length > 0) {
      this.#onChange();
    }
  }
}

function heldOf({ list, slugs }: WatchedList, holds: ReadonlyMap<string, Hold>): ReadonlyMap<string, HeldTool> {
  const { instance: instanceId, server } = list;
  const held = new Map<string, HeldTool>();
  for (const { name, hash } of list.tools) {
    const hold = holds.get(name);
    if (hold !== undefined) {
      held.set(name, { ...hold, slug: slugs.get(name) ?? '', instanceId, server, name, hash });
    }
  }
  return held;
}
