import { asList, type JsonObject, type JsonValue } from '../../protocol/json-rpc.ts';
import { keptBytes } from '../../protocol/kept-bytes.ts';
import type { HopFailure, HopResult } from '../upstream.ts';

/** How much of one list is taken from one upstream, over all of its pages. */
export interface ListBounds {
  readonly maxItems: number;
  /** Of what is received, in bytes of memory. */
  readonly maxBytes: number;
  /** Of one item, in bytes of memory; a larger one is left out. */
  readonly maxItemBytes: number;
  readonly maxPages: number;
  readonly maxMillis: number;
  /** The longest wait for one page. */
  readonly maxPageMillis: number;
}

const MEBIBYTE = 1024 * 1024;
/** Fifty thousand tools with a schema of ordinary size fit; the largest tools of real servers have 100 kB. */
export const LIST_BOUNDS: ListBounds = {
  maxItems: 50_000,
  maxBytes: 64 * MEBIBYTE,
  maxItemBytes: MEBIBYTE,
  maxPages: 2_000,
  maxMillis: 60_000,
  maxPageMillis: 30_000,
};
/** A cursor is sent back with the request for the next page, which servers bound to a few kB. */
const MAX_CURSOR_BYTES = 16 * 1024;

/** A list as far as it was taken. */
export interface GatheredList {
  readonly ok: true;
  readonly items: readonly JsonValue[];
  /** What is missing and why, for people; absent where nothing is. */
  readonly cut: string | undefined;
}

/** A page could not be read. */
export interface FailedList {
  readonly ok: false;
  readonly failure: HopFailure;
  /** What came before. */
  readonly items: readonly JsonValue[];
}

export interface ListSource {
  /** The member of the result that holds the items. */
  readonly member: string;
  readonly bounds?: Partial<ListBounds>;
  readPage(params: JsonObject, timeoutMillis: number): Promise<HopResult>;
}

/** Gathers a list over its pages, within bounds: whatever an upstream sends, what is kept and how long it takes is limited. */
export async function gatherList(source: ListSource): Promise<GatheredList | FailedList> {
  const { maxPages, maxMillis, maxPageMillis } = { ...LIST_BOUNDS, ...source.bounds };
  const deadline = performance.now() + maxMillis;
  const list = new BoundedList({ ...LIST_BOUNDS, ...source.bounds });
  let cursor: string | undefined;
  for (let page = 0; page < maxPages; page += 1) {
    const remaining = Math.ceil(deadline - performance.now());
    if (remaining <= 0) {
      return list.end(`it took longer than ${maxMillis / 1_000} s`);
    }
    const answer = await source.readPage(cursor === undefined ? {} : { cursor }, Math.min(remaining, maxPageMillis));
    if (!answer.ok) {
      const isOutOfTime = page > 0 && answer.failure.kind === 'timeout';
      return isOutOfTime ? list.end(`page ${page + 1} did not come in time`) : { ...answer, items: list.items };
    }
    const why = list.add(asList(answer.result[source.member]));
    cursor = why === undefined ? nextCursor(answer.result) : undefined;
    if (cursor === undefined) {
      return list.end(why);
    }
    const whyNotOn = list.follow(cursor);
    if (whyNotOn !== undefined) {
      return list.end(whyNotOn);
    }
  }
  return list.end(`it has more than ${maxPages} pages`);
}

function nextCursor({ nextCursor: cursor }: JsonObject): string | undefined {
  return typeof cursor === 'string' && cursor !== '' ? cursor : undefined;
}

/** The items of a list, and what they take. */
class BoundedList {
  readonly #bounds: ListBounds;
  readonly items: JsonValue[] = [];
  readonly #cursors = new Set<string>();
  #bytes = 0;
  #oversized = 0;

  constructor(bounds: ListBounds) {
    this.#bounds = bounds;
  }

  /** Why nothing more is taken, if so. */
  add(items: readonly JsonValue[]): string | undefined {
    const { maxItems, maxBytes, maxItemBytes } = this.#bounds;
    for (const item of items) {
      if (this.items.length === maxItems) {
        return `only the first ${maxItems} are taken`;
      }
      const bytes = keptBytes(item, maxBytes - this.#bytes);
      this.#bytes += bytes;
      if (bytes > maxItemBytes) {
        this.#oversized += 1;
      }
      if (this.#bytes > maxBytes) {
        return `it has more than ${maxBytes / MEBIBYTE} MiB`;
      }
      if (bytes <= maxItemBytes) {
        this.items.push(item);
      }
    }
    return undefined;
  }

  /** Notes that the page behind `cursor` is next; why it is not read, if so. */
  follow(cursor: string): string | undefined {
    if (this.#cursors.has(cursor)) {
      return 'its pages go round in a circle';
    }
    this.#cursors.add(cursor);
    this.#bytes += keptBytes(cursor, MAX_CURSOR_BYTES);
    return Buffer.byteLength(cursor) > MAX_CURSOR_BYTES
      ? `a cursor has more than ${MAX_CURSOR_BYTES} bytes`
      : undefined;
  }

  end(why: string | undefined): GatheredList {
    const { maxItemBytes } = this.#bounds;
    const oversized =
      this.#oversized === 0 ? [] : [`${this.#oversized} of more than ${maxItemBytes / MEBIBYTE} MiB left out`];
    const reasons = [...(why === undefined ? [] : [why]), ...oversized];
    return { ok: true, items: this.items, cut: reasons.length === 0 ? undefined : `cut: ${reasons.join('; ')}` };
  }
}
