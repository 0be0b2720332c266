import { hash } from 'node:crypto';
import { toList } from '../joined/replies.ts';
import { type RedisLink, slotTag } from '../link/redis-link.ts';
import { MARK_CAPPED, PUT_CAPPED, REMOVE_CAPPED } from './capped-scripts.ts';

/** How many values there may be, and for how long. */
export interface CappedValuesOptions {
  readonly link: RedisLink;
  /** The part of the keys that puts all values into one slot. */
  readonly name: string;
  readonly ttlMillis: number;
  readonly max: number;
  /** Of one group; default as many as of all. */
  readonly maxOfGroup?: number | undefined;
}

/** Texts by id in Redis; past a bound the oldest one is forgotten. @throws {RedisUnavailable} From each method. */
export class CappedValues {
  readonly #options: CappedValuesOptions;
  readonly #prefix: string;

  constructor(options: CappedValuesOptions) {
    this.#options = options;
    this.#prefix = `${options.link.key(slotTag(options.name))}:`;
  }

  /** @returns The value before, where there was one. */
  async put(id: string, value: string, group?: string): Promise<string | undefined> {
    const { link, ttlMillis, max, maxOfGroup = max } = this.#options;
    const bounds = [String(ttlMillis), String(max), group === undefined ? '' : toName(group), String(maxOfGroup)];
    const before = await link.run(PUT_CAPPED, [this.#prefix], [toName(id), value, ...bounds]);
    return typeof before === 'string' ? before : undefined;
  }

  async get(id: string): Promise<string | undefined> {
    const value = await this.#options.link.send(['HGET', `${this.#prefix}value:${toName(id)}`, 'value']);
    return typeof value === 'string' ? value : undefined;
  }

  /** The value, and whether this is the first time that it is marked so. */
  async mark(id: string, mark: string): Promise<{ readonly value: string; readonly isFirst: boolean } | undefined> {
    const reply = toList(await this.#options.link.run(MARK_CAPPED, [this.#prefix], [toName(id), `mark:${mark}`]));
    const [value, first] = reply;
    return typeof value === 'string' ? { value, isFirst: first === 1 } : undefined;
  }

  async remove(id: string): Promise<void> {
    await this.removeLate(new Map([[id, 0]]));
  }

  /** @param gone Ids, each with the milliseconds since it went: a value that has come since then stays. */
  async removeLate(gone: ReadonlyMap<string, number>): Promise<void> {
    const args = [...gone].flatMap(([id, agoMillis]) => [toName(id), String(agoMillis)]);
    await this.#options.link.run(REMOVE_CAPPED, [this.#prefix], args);
  }
}

/** Whoever is remote chooses ids: they may be long, and anything may stand in them. */
function toName(id: string): string {
  return hash('sha256', id);
}
