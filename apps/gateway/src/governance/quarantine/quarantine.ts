import { setImmediate as nextTurn } from 'node:timers/promises';
import type { JsonObject } from '../../protocol/json-rpc.ts';
import { messageOf } from '../../protocol/thrown-error.ts';
import type { Approvals } from '../approvals/approvals.ts';
import { type Hold, judgeList, type SeenTool } from '../approvals/judge.ts';
import { type Arrival, hashesOf, learn } from '../approvals/learn.ts';
import { EMPTY_LEDGER, isConfirmed, type Ledger, LOST_LEDGER, serverOfDcc } from '../approvals/ledger.ts';
import { type TextHint, textHints } from '../approvals/text-hints.ts';
import { definitionOf, hashOf, type ToolDefinition } from '../approvals/tool-definition.ts';
import { type HeldTool, isWholeHeld, type JudgedList } from './held-tool.ts';
import { eventsBetween, type QuarantineEvent } from './quarantine-events.ts';

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

/** What is looked at of a tool in the catalog. */
export interface QuarantineSubject {
  readonly slug: string;
  readonly backendTool: string;
  /** The name that its host takes at any time, where it lists it under another one. */
  readonly hostName?: string;
  readonly tool: JsonObject;
  /** True for what stands for a skill that is not loaded. */
  readonly isStub: boolean;
  /** True for a tool that its host tells of and does not list. */
  readonly needsLoad: boolean;
}

/** Whose tools they are. */
export interface QuarantineInstance {
  readonly key: string;
  readonly instanceId: string;
  readonly dccType: string;
  readonly source: 'config' | 'http' | 'file';
}

/** What an instance lists, as it was judged last. */
interface Watched extends JudgedList {
  readonly slugs: ReadonlyMap<string, string>;
}

/** A strange place in the texts of a tool. */
export interface StrangeText extends Pick<HeldTool, 'slug' | 'instanceId'> {
  readonly hint: TextHint;
}

/** How long texts are looked at in one go. */
const SLICE_MILLIS = 5;
const POLL_MILLIS = 1_000;

/**
 * Holds tools that changed since they were approved. What a list brings is judged at once, from what is known in this
 * process; what it teaches is written down behind it, and what others approved is looked for.
 */
export class Quarantine {
  readonly #options: QuarantineOptions;
  readonly #watched = new Map<string, Watched>();
  readonly #held = new Map<string, HeldTool>();
  readonly #hashes = new WeakMap<JsonObject, SeenTool>();
  readonly #hints = new WeakMap<ToolDefinition, readonly TextHint[]>();
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

  /**
   * Strange places in the texts of what is listed now, but for what a person has approved. Each text is looked at once,
   * when somebody asks first; others have their turn in between.
   */
  async hints(): Promise<readonly StrangeText[]> {
    const found: StrangeText[] = [];
    let since = performance.now();
    for (const { list, slugs } of this.#watched.values()) {
      for (const tool of list.tools) {
        if (!isConfirmed(this.#ledger.servers.get(list.server)?.tools.get(tool.name), tool.hash)) {
          const place = { slug: slugs.get(tool.name) ?? '', instanceId: list.instance };
          found.push(...this.#hintsOf(tool).map((hint) => Object.assign({ hint }, place)));
        }
        if (performance.now() - since > SLICE_MILLIS) {
          await nextTurn();
          since = performance.now();
        }
      }
    }
    return found;
  }

  /** Looked for when somebody asks, and once. */
  #hintsOf({ definition }: SeenTool): readonly TextHint[] {
    const known = this.#hints.get(definition) ?? textHints(definition);
    this.#hints.set(definition, known);
    return known;
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
    const taken = new Set<string>();
    const tools = listed.map((subject) => this.#seen(subject, taken));
    const list = {
      server: source === 'config' ? key : serverOfDcc(dccType),
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

  /** @param taken Names of the list so far: each tool is judged by itself, whatever its host calls it. */
  #seen({ tool, hostName, backendTool, slug }: QuarantineSubject, taken: Set<string>): SeenTool {
    const known = this.#hashes.get(tool);
    const name = [hostName ?? backendTool, backendTool].find((each) => !taken.has(each)) ?? slug;
    taken.add(name);
    const listed = name === backendTool ? undefined : backendTool;
    if (known !== undefined && known.name === name && known.listed === listed) {
      return known;
    }
    const definition = definitionOf(tool);
    const seen = { name, listed, definition, hash: known?.hash ?? hashOf(definition) };
    this.#hashes.set(tool, seen);
    return seen;
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
  #settle(watched: Watched, known: Ledger): void {
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

function heldOf({ list, slugs }: Watched, holds: ReadonlyMap<string, Hold>): ReadonlyMap<string, HeldTool> {
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
