import type { Forwarding } from '../../operations/hops/forward.ts';
import {
  asList,
  asObject,
  isJsonObject,
  type JsonRpcRequest,
  type JsonValue,
  textOf,
} from '../../protocol/json-rpc.ts';
import { ERROR_INVALID_PARAMS, McpError } from '../../protocol/mcp-protocol.ts';
import { gatherList } from '../../upstream/hop/gather-list.ts';
import type { HopResult, Upstream } from '../../upstream/upstream.ts';
import { type ListedItems, parseOwnUri, type ResourcePlace, toldApart } from './own-uri.ts';
import type { ResourceOwners } from './resource-owners.ts';
import { type MayUse, type UpstreamNames, wasNeverReached } from './upstream-names.ts';

/** Of one upstream: what is joined stands in memory for each client that asks. */
const BOUNDS = { maxItems: 10_000, maxBytes: 16 * 1024 * 1024, maxPages: 100 };

/** What is listed, with the capability of the upstreams that have such a list. */
const CAPABILITY = { prompts: 'prompts', resources: 'resources', resourceTemplates: 'resources' } as const;

/** A list of a result: the member it stands in. */
export type ListMember = keyof typeof CAPABILITY;

/** A list that is read over all its pages. */
interface WholeList {
  readonly forwarding: Pick<Forwarding, 'send'>;
  readonly method: string;
  readonly member: ListMember;
}

/** Which list, and of which upstreams. */
export interface WantedList {
  readonly member: ListMember;
  readonly mayUse: MayUse;
}

/** What was read of a list. */
interface Read {
  readonly member: ListMember;
  readonly items: readonly JsonValue[];
  /** False for a part of it: what was read before still counts. */
  readonly isWhole: boolean;
}

interface GatheredItems {
  readonly items: readonly JsonValue[];
  /** Whether the upstream has more than was read. */
  readonly isCut: boolean;
}

/** The lists of prompts and resources under `--expose all`, and what they tell of who has which resource. */
export class UpstreamLists {
  readonly #names: UpstreamNames;
  readonly #owners: ResourceOwners;
  /** The upstreams of which something may be remembered, by instance id. */
  readonly #noted = new Map<string, Upstream>();
  #generation = 0;

  constructor(names: UpstreamNames, owners: ResourceOwners) {
    this.#names = names;
    this.#owners = owners;
  }

  /** One list of all upstreams. With a single upstream its pages are handed through; with several they are joined. */
  async read(forwarding: Forwarding, request: JsonRpcRequest, { member, mayUse }: WantedList): Promise<HopResult> {
    const { method, params = {} } = request;
    const only = this.#names.only();
    // The list of one that was never reached is empty, as that of its tools is: that it has changed is told.
    if (only !== undefined && mayUse(only) && !wasNeverReached(only)) {
      const hop = await forwarding.send(only, { method, params });
      if (hop.ok) {
        const isFirstPage = params['cursor'] === undefined;
        await this.#note(only, { member, items: asList(hop.result[member]), isWhole: isFirstPage });
      }
      return hop;
    }
    const able = this.#names.withCapability(CAPABILITY[member], mayUse);
    const lists = await Promise.all(
      able.map(async (upstream) => {
        const { items, isCut } = await this.#readAll(upstream, { forwarding, method, member });
        return { upstream, items, cut: isCut ? [upstream.settings.key] : [] };
      }),
    );
    const cut = lists.flatMap((list) => list.cut);
    return {
      ok: true,
      result: {
        [member]: this.#shown(lists, member),
        ...(cut.length === 0 ? {} : { _meta: { dcc: { incomplete: cut } } }),
      },
    };
  }

  /**
   * Where the resource is, be it at one of `mayUse` or not; where nobody has listed it yet, those are asked once. Of several
   * that have it under one name the first of the configuration that may be used is meant.
   *
   * @throws {McpError} When there is none.
   */
  async placeOf(uri: string, forwarding: Pick<Forwarding, 'send'>, mayUse: MayUse): Promise<ResourcePlace> {
    await this.#forgetGone();
    const known = await this.#knownPlace(uri, mayUse);
    if (known !== undefined) {
      return known;
    }
    const able = await this.#ask(forwarding, mayUse);
    // A server may have what it does not list; where some may not be asked, it could be one of theirs.
    const isEverybody = able.length === this.#names.withCapability('resources', () => true).length;
    const [first] = able;
    const found =
      (await this.#knownPlace(uri, mayUse)) ??
      (isEverybody && first !== undefined ? { upstream: first, uri } : undefined);
    if (found === undefined) {
      throw new McpError(ERROR_INVALID_PARAMS, `Resource not found: ${uri}`);
    }
    return found;
  }

  /** Whether it is known where the resource is, without asking anybody. */
  async isPlaced(uri: string, mayUse: MayUse): Promise<boolean> {
    await this.#forgetGone();
    return (await this.#knownPlace(uri, mayUse)) !== undefined;
  }

  /** Whether an upstream lists the resource, be it one of `mayUse` or not; where nobody has yet, those are asked once. */
  async isListed(uri: string, forwarding: Pick<Forwarding, 'send'>, mayUse: MayUse): Promise<boolean> {
    await this.#forgetGone();
    const isKnown = async (): Promise<boolean> => (await this.#owners.ownersOf(uri)).length > 0;
    if (await isKnown()) {
      return true;
    }
    await this.#ask(forwarding, mayUse);
    return isKnown();
  }

  /** The upstreams that have the resources, as {@link placeOf}. @throws {McpError} When one of them is nobody's. */
  async ownersOf(
    uris: readonly string[],
    forwarding: Pick<Forwarding, 'send'>,
    mayUse: MayUse,
  ): Promise<ReadonlySet<Upstream>> {
    await this.#forgetGone();
    const first = await Promise.all(uris.map(async (uri) => this.#knownPlace(uri, mayUse)));
    if (first.includes(undefined)) {
      await this.#ask(forwarding, mayUse);
    }
    const owners = new Set<Upstream>();
    for (const [at, uri] of uris.entries()) {
      const place = first[at] ?? (await this.#knownPlace(uri, mayUse));
      if (place === undefined) {
        throw new McpError(ERROR_INVALID_PARAMS, `Resource not found: ${uri}`);
      }
      owners.add(place.upstream);
    }
    return owners;
  }

  /** Reads the resources of those that may be used; what they list is remembered. */
  async #ask(forwarding: Pick<Forwarding, 'send'>, mayUse: MayUse): Promise<readonly Upstream[]> {
    const able = this.#names.withCapability('resources', mayUse);
    const list = { forwarding, method: 'resources/list', member: 'resources' } as const;
    await Promise.all(able.map((upstream) => this.#readAll(upstream, list)));
    return able;
  }

  async #knownPlace(uri: string, mayUse: MayUse): Promise<ResourcePlace | undefined> {
    const only = this.#names.only();
    const own = parseOwnUri(uri);
    if (own !== undefined) {
      const upstream = this.#names.byInstance(own.instanceId);
      return upstream === undefined ? undefined : { upstream, uri: own.uri };
    }
    if (only !== undefined) {
      return { upstream: only, uri };
    }
    const ids = new Set(await this.#owners.ownersOf(uri));
    const owners = ids.size === 0 ? [] : this.#names.enabled().filter(({ settings }) => ids.has(settings.instanceId));
    const upstream = owners.find((each) => mayUse(each)) ?? owners[0];
    return upstream === undefined ? undefined : { upstream, uri };
  }

  async #note(upstream: Upstream, { member, items, isWhole }: Read): Promise<void> {
    const { instanceId } = upstream.settings;
    // One that has left while it was asked is not there to be forgotten any more.
    if (member === 'prompts' || this.#names.byInstance(instanceId) !== upstream) {
      return;
    }
    await this.#forgetGone();
    this.#noted.set(instanceId, upstream);
    const listed = {
      instanceId,
      ...(member === 'resources' ? { uris: urisOf(items) } : { prefixes: prefixesOf(items) }),
    };
    await (isWhole ? this.#owners.replace(listed) : this.#owners.add(listed));
  }

  /** What an upstream listed goes with it; another one under its id lists its own. */
  async #forgetGone(): Promise<void> {
    if (this.#generation === this.#names.generation) {
      return;
    }
    this.#generation = this.#names.generation;
    const gone = [...this.#noted].filter(([id, upstream]) => this.#names.byInstance(id) !== upstream);
    for (const [id] of gone) {
      this.#noted.delete(id);
      await this.#owners.forget(id);
    }
  }

  /** Every page of one upstream up to the bounds, or those that came before it failed: it does not hide the lists of the others. */
  async #readAll(upstream: Upstream, { forwarding, method, member }: WholeList): Promise<GatheredItems> {
    const list = await gatherList({
      member,
      bounds: BOUNDS,
      readPage: (params, timeoutMillis) => forwarding.send(upstream, { method, params, timeoutMillis }),
    });
    const cut = list.ok ? list.cut : list.failure.message;
    // A list that can't be read at all is the answer of a server that has none.
    const isCut = cut !== undefined && (list.ok || list.items.length > 0);
    if (list.ok || isCut) {
      upstream.noteList(method, cut);
    }
    await this.#note(upstream, { member, items: list.items, isWhole: list.ok });
    return { items: list.items, isCut };
  }

  #shown(lists: readonly ListedItems[], member: ListMember): readonly JsonValue[] {
    const nameOf = (upstream: Upstream, name: string): string => this.#names.exposedPrompt(upstream, name);
    return member === 'prompts'
      ? lists.flatMap(({ upstream, items }) =>
          items.map((item) => (isJsonObject(item) ? { ...item, name: nameOf(upstream, textOf(item['name'])) } : item)),
        )
      : toldApart(lists, member === 'resources' ? 'uri' : 'uriTemplate', nameOf);
  }
}

function urisOf(items: readonly JsonValue[]): readonly string[] {
  return items.map((item) => asObject(item)?.['uri']).filter((uri) => typeof uri === 'string');
}

/** Of a template counts what stands before its first variable. */
function prefixesOf(items: readonly JsonValue[]): readonly string[] {
  const templates = items.map((item) => asObject(item)?.['uriTemplate']).filter((text) => typeof text === 'string');
  return templates.map((template) => template.split('{', 1)[0] ?? '').filter((prefix) => prefix !== '');
}
