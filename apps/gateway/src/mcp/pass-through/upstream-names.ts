import type { Catalog } from '../../catalog/catalog.ts';
import type { ToolRecord } from '../../catalog/tool-record.ts';
import type { Upstreams } from '../../registry/upstreams.ts';
import type { Upstream } from '../../upstream/upstream.ts';

/**
 * Names of tools and prompts under `--expose all`: the upstream's own while there is one upstream,
 * `<dcc>.<id8>.<name>` — which is the tool's slug — as soon as there are more.
 */
export class UpstreamNames {
  readonly #upstreams: Upstreams;
  readonly #catalog: Catalog;

  constructor(upstreams: Upstreams, catalog: Catalog) {
    this.#upstreams = upstreams;
    this.#catalog = catalog;
  }

  /** The upstreams that take part. */
  enabled(): readonly Upstream[] {
    return this.#upstreams.all().filter(({ settings }) => !settings.isDisabled);
  }

  /** Those of them that offer a capability of MCP (`prompts`, `resources`, `completions`). */
  withCapability(name: string): readonly Upstream[] {
    return this.enabled().filter(({ status }) => status.capabilities[name] !== undefined);
  }

  /** The one upstream there is; `undefined` with none or several. */
  only(): Upstream | undefined {
    const [first, ...others] = this.enabled();
    return others.length === 0 ? first : undefined;
  }

  /** The name that a client sees of `upstream`'s own `name`. */
  exposed(upstream: Upstream, name: string): string {
    return this.only() === upstream ? name : `${prefixOf(upstream)}${name}`;
  }

  /** The slug of an exposed tool name; a name nobody exposed gives a slug nobody has. */
  toolSlug(exposed: string): string {
    const only = this.only();
    return only === undefined ? exposed : `${prefixOf(only)}${exposed}`;
  }

  /** The tool that a client means by `exposed`. */
  tool(exposed: string): ToolRecord | undefined {
    return this.#catalog.get(this.toolSlug(exposed));
  }

  /** The upstream and the name of an exposed prompt. */
  resolve(exposed: string): { readonly upstream: Upstream; readonly name: string } | undefined {
    const only = this.only();
    if (only !== undefined) {
      return { upstream: only, name: exposed };
    }
    const upstream = this.enabled().find((candidate) => exposed.startsWith(prefixOf(candidate)));
    return upstream === undefined ? undefined : { upstream, name: exposed.slice(prefixOf(upstream).length) };
  }
}

function prefixOf({ settings }: Upstream): string {
  return `${settings.dccType}.${settings.instanceShort}.`;
}
