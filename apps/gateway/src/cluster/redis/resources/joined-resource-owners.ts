import type { ListedResources, ResourceOwners } from '../../../mcp/pass-through/resource-owners.ts';
import { JoinedRoom } from '../joined/joined-room.ts';
import { parseOwn, toList } from '../joined/replies.ts';
import { type RedisLink, slotTag } from '../link/redis-link.ts';
import { FORGET_LIST, READ_LISTS, WRITE_LIST } from './list-scripts.ts';
import { type KnownLists, type ListBounds, ranked, type Ranks, UNRANKED, withListed } from './listed-keys.ts';
import { RankedKeys } from './ranked-keys.ts';

/** What {@link JoinedResourceOwners} are made of. */
export interface JoinedOwnersOptions {
  readonly link: RedisLink;
  readonly onError: (error: unknown) => void;
  /** URIs, and beginnings of templates, remembered of one upstream; default 10,000 of each. */
  readonly maxUris?: number;
}

const NAME = 'resources';
const MAX_URIS = 10_000;
/** Bytes of the URIs of one upstream that are shared, and of its templates; each gateway asks for what is past them. */
const MAX_BYTES = 1024 * 1024;
/** Upstreams whose lists are shared; the one that listed longest ago goes first. */
const MAX_LISTS = 500;
const TTL_MILLIS = 24 * 60 * 60_000;
/** Lists that are read at a time: each may be large. */
const LISTS_PAGE = 2;
const MAX_ATTEMPTS = 5;
/** Ranks of what is listed while Redis is away: behind all that it knows. */
const FIRST_OWN_RANK = 2 ** 50;

/**
 * Which upstreams listed a resource, as all gateways of one Redis learned it. Each keeps a copy of all lists, and asks before
 * it looks which of them have changed. While Redis is away the copy stands, with what is listed here.
 */
export class JoinedResourceOwners implements ResourceOwners {
  readonly #link: RedisLink;
  readonly #prefix: string;
  readonly #room: JoinedRoom;
  readonly #bounds: ListBounds;
  readonly #known = new Map<string, KnownLists>();
  /** Upstreams whose lists changed here while Redis was away. */
  readonly #ahead = new Set<string>();
  #uris = new RankedKeys();
  #prefixes = new RankedKeys();
  #revision = 0;
  #ownRank = FIRST_OWN_RANK;

  constructor({ link, onError, maxUris = MAX_URIS }: JoinedOwnersOptions) {
    this.#link = link;
    this.#prefix = `${link.key(slotTag(NAME))}:`;
    this.#bounds = { maxUris, maxBytes: MAX_BYTES };
    this.#room = new JoinedRoom({
      link,
      name: NAME,
      share: () => this.#share(),
      isAhead: () => this.#ahead.size > 0,
      onError,
    });
  }

  /** Resolves when what this gateway has is shared, or Redis turned out to be away: with false. */
  whenJoined(): Promise<boolean> {
    return this.#room.join();
  }

  replace(listed: ListedResources): Promise<void> {
    return this.#list(listed, true);
  }

  add(listed: ListedResources): Promise<void> {
    return this.#list(listed, false);
  }

  async forget(instanceId: string): Promise<void> {
    this.#drop(instanceId);
    await this.#room.run(
      async () => {
        await this.#link.run(FORGET_LIST, [this.#prefix], [instanceId]);
      },
      async () => {
        this.#ahead.add(instanceId);
      },
    );
  }

  async ownersOf(uri: string): Promise<readonly string[]> {
    await this.#room.run(
      () => this.#read(),
      async () => undefined,
    );
    const listed = this.#uris.ownersOf(uri);
    return listed.length > 0 ? listed : this.#prefixes.ownersOfBeginning(uri);
  }

  close(): void {
    this.#room.close();
  }

  async #list(listed: ListedResources, isWhole: boolean): Promise<void> {
    const { instanceId } = listed;
    const change = (): ReturnType<typeof withListed> =>
      withListed(this.#known.get(instanceId), listed, { isWhole, ...this.#bounds });
    await this.#room.run(
      () => this.#write(instanceId, change),
      async () => {
        const next = change();
        if (next !== undefined) {
          this.#ownRank += 1;
          this.#keep({ instanceId, ...next, revision: this.#known.get(instanceId)?.revision ?? 0 }, this.#ownRank);
          this.#ahead.add(instanceId);
        }
      },
    );
  }

  /** On top of what is known; where another gateway was quicker, of what that one wrote. */
  async #write(instanceId: string, change: () => Pick<KnownLists, 'uris' | 'prefixes'> | undefined): Promise<void> {
    for (let attempt = 1; attempt <= MAX_ATTEMPTS; attempt += 1) {
      await this.#read();
      const next = change();
      if (next === undefined) {
        return;
      }
      const before = String(this.#known.get(instanceId)?.revision ?? 0);
      const keys = [JSON.stringify([...next.uris]), JSON.stringify([...next.prefixes])];
      const args = [instanceId, before, ...keys, String(TTL_MILLIS), String(MAX_LISTS)];
      const revision = Number(await this.#link.run(WRITE_LIST, [this.#prefix], args));
      if (revision > 0) {
        this.#keep({ instanceId, ...next, revision }, revision);
        return;
      }
    }
  }

  /** Takes over what has changed. */
  async #read(): Promise<void> {
    for (;;) {
      const args = [String(this.#revision), String(LISTS_PAGE)];
      const [revision, ...lists] = toList(await this.#link.run(READ_LISTS, [this.#prefix], args));
      if (Number(revision) < this.#revision) {
        this.#startAnew();
        continue;
      }
      lists.forEach((list) => this.#take(list));
      if (lists.length < LISTS_PAGE) {
        return;
      }
    }
  }

  #take(reply: unknown): void {
    const [id, at, uris, prefixes] = toList(reply);
    const [instanceId, revision] = [String(id), Number(at)];
    this.#revision = Math.max(this.#revision, revision);
    if (revision <= (this.#known.get(instanceId)?.revision ?? 0)) {
      return;
    }
    if (typeof uris !== 'string' || typeof prefixes !== 'string') {
      this.#drop(instanceId);
      return;
    }
    this.#keep({ instanceId, revision, uris: toRanks(uris), prefixes: toRanks(prefixes) }, revision);
  }

  #keep(lists: KnownLists, rank: number): void {
    const { instanceId } = lists;
    const known = { ...lists, uris: ranked(lists.uris, rank), prefixes: ranked(lists.prefixes, rank) };
    this.#known.set(instanceId, known);
    this.#uris.replace(instanceId, known.uris);
    this.#prefixes.replace(instanceId, known.prefixes);
  }

  #drop(instanceId: string): void {
    this.#known.delete(instanceId);
    this.#uris.replace(instanceId, new Map());
    this.#prefixes.replace(instanceId, new Map());
  }

  /** Redis has lost what it knew: whoever needs a list asks for it again. */
  #startAnew(): void {
    this.#known.clear();
    this.#uris = new RankedKeys();
    this.#prefixes = new RankedKeys();
    this.#revision = 0;
  }

  async #share(): Promise<void> {
    for (const instanceId of this.#ahead) {
      const own = this.#known.get(instanceId);
      if (own === undefined) {
        await this.#link.run(FORGET_LIST, [this.#prefix], [instanceId]);
      } else {
        const unranked = { instanceId, uris: [...own.uris.keys()], prefixes: [...own.prefixes.keys()] };
        await this.#write(instanceId, () => {
          const known = this.#known.get(instanceId);
          return withListed(known === own ? undefined : known, unranked, { isWhole: true, ...this.#bounds });
        });
      }
      this.#ahead.delete(instanceId);
    }
  }
}

function toRanks(text: string): Ranks {
  const pairs = toList(parseOwn(text)).map(toList);
  return new Map(pairs.map(([key, rank]) => [String(key), typeof rank === 'number' ? rank : UNRANKED]));
}
