import type { Catalog } from '../../catalog/catalog.ts';
import { toSlug } from '../../catalog/slug.ts';
import type { ToolRecord } from '../../catalog/tool-record.ts';
import type { Upstreams } from '../../registry/table/upstreams.ts';
import type { Upstream } from '../../upstream/upstream.ts';
import { type ListShapes, type NamedUpstream, toListShapes } from '../notifications/list-shapes.ts';
import { exposeTools } from './exposed-tools.ts';

/** Whether something may be done with an upstream. */
export type MayUse = (upstream: Upstream) => boolean;

/**
 * Names of tools and prompts under `--expose all`: the upstream's own while there is one upstream; `<dcc>__<name>` as soon
 * as there are more, and `<dcc>_<id8>__<name>` where two of them are of one dcc type. A tool is also taken by its slug.
 */
export class UpstreamNames {
  readonly #upstreams: Upstreams;
  readonly #catalog: Catalog;
  #tools: ReadonlyMap<string, ToolRecord> = new Map();
  #names: ReadonlyMap<ToolRecord, string> = new Map();
  /** The generations that the names were made of. */
  #made = { catalog: -1, upstreams: -1 };

  constructor(upstreams: Upstreams, catalog: Catalog) {
    this.#upstreams = upstreams;
    this.#catalog = catalog;
  }

  /** Moves when an upstream comes or goes. */
  get generation(): number {
    return this.#upstreams.generation;
  }

  /** The upstream that takes part under this id. */
  byInstance(instanceId: string): Upstream | undefined {
    const upstream = this.#upstreams.get(instanceId);
    return upstream?.settings.isDisabled === false ? upstream : undefined;
  }

  /** The upstreams that take part. */
  enabled(): readonly Upstream[] {
    return this.#upstreams.all().filter(({ settings }) => !settings.isDisabled);
  }

  /** Those of them that offer a capability of MCP (`prompts`, `resources`, `completions`), and that `mayUse` lets through. */
  withCapability(name: string, mayUse: MayUse): readonly Upstream[] {
    return this.enabled().filter((upstream) => upstream.status.capabilities[name] !== undefined && mayUse(upstream));
  }

  /**
   * Whether one of them may offer a capability. What nobody knows yet may be any: the servers that were never reached, and
   * those that are to come where there is none.
   */
  mayOffer(name: string, mayUse: MayUse): boolean {
    const enabled = this.enabled();
    return (
      enabled.length === 0 ||
      enabled
        .filter(mayUse)
        .some((upstream) => upstream.status.capabilities[name] !== undefined || wasNeverReached(upstream))
    );
  }

  /** What the lists of clients who may use those are put together of. */
  listShapes(mayUse: MayUse): ListShapes {
    const offers =
      (name: string): MayUse =>
      (upstream) =>
        upstream.status.readiness === 'ready' && upstream.status.capabilities[name] !== undefined && mayUse(upstream);
    return toListShapes(this.#named(), {
      tools: ({ settings }) => this.#catalog.hasTools(settings.instanceId),
      prompts: offers('prompts'),
      resources: offers('resources'),
    });
  }

  /** The one upstream there is; `undefined` with none or several. */
  only(): Upstream | undefined {
    const [first, ...others] = this.enabled();
    return others.length === 0 ? first : undefined;
  }

  /** The name that a client sees of a tool. */
  exposed(record: ToolRecord): string {
    this.#refresh();
    return this.#names.get(record) ?? record.slug;
  }

  /** The name that a client sees of `upstream`'s own prompt `name`. */
  exposedPrompt(upstream: Upstream, name: string): string {
    const { dccType } = upstream.settings;
    const sharing = this.enabled().filter(({ settings }) => settings.dccType === dccType);
    return this.only() === upstream ? name : prefixOf(upstream, sharing.length > 1) + name;
  }

  /** The slug of an exposed tool name, or of the upstream's own name; a name nobody exposed gives a slug nobody has. */
  toolSlug(exposed: string): string {
    this.#refresh();
    const record = this.#tools.get(exposed);
    if (record !== undefined) {
      return record.slug;
    }
    const meant = this.resolve(exposed);
    return meant === undefined
      ? exposed
      : toSlug(meant.upstream.settings.dccType, meant.upstream.settings.instanceShort, meant.name);
  }

  /** The tool that a client means by `exposed`. */
  tool(exposed: string): ToolRecord | undefined {
    return this.#catalog.get(this.toolSlug(exposed));
  }

  /** The upstream and the name of an exposed prompt, or of a tool that is not listed. */
  resolve(exposed: string): { readonly upstream: Upstream; readonly name: string } | undefined {
    const only = this.only();
    if (only !== undefined) {
      return { upstream: only, name: exposed };
    }
    const fitting = this.#named()
      .filter(({ prefix }) => exposed.startsWith(prefix))
      .toSorted((a, b) => b.prefix.length - a.prefix.length);
    const [longest] = fitting;
    return longest && { upstream: longest.upstream, name: exposed.slice(longest.prefix.length) };
  }

  /** Names follow from all tools and upstreams together, and are made anew when one of them changes. */
  #refresh(): void {
    const { catalog, upstreams } = this.#made;
    if (catalog === this.#catalog.generation && upstreams === this.#upstreams.generation) {
      return;
    }
    const prefixes = new Map(this.#named().map(({ upstream, prefix }) => [upstream.settings.instanceId, prefix]));
    const listed = [...this.#catalog.records()].filter(({ isStub, needsLoad }) => isStub || !needsLoad);
    this.#names = exposeTools(listed, ({ instanceId }) => prefixes.get(instanceId) ?? '');
    this.#tools = new Map([...this.#names].map(([record, name]) => [name, record]));
    this.#made = { catalog: this.#catalog.generation, upstreams: this.#upstreams.generation };
  }

  #named(): readonly NamedUpstream[] {
    const enabled = this.enabled();
    const sharing = Map.groupBy(enabled, ({ settings }) => settings.dccType);
    return enabled.map((upstream) => ({
      upstream,
      prefix: enabled.length > 1 ? prefixOf(upstream, (sharing.get(upstream.settings.dccType)?.length ?? 0) > 1) : '',
    }));
  }
}

/** Nobody has heard yet what it offers, and it is asked. */
export function wasNeverReached({ status }: Upstream): boolean {
  return status.era === undefined && (status.readiness === 'booting' || status.readiness === 'unreachable');
}

/** @param isShared Whether others are of its type. */
function prefixOf({ settings }: Upstream, isShared: boolean): string {
  const { dccType, instanceShort } = settings;
  return isShared ? `${dccType}_${instanceShort}__` : `${dccType}__`;
}
