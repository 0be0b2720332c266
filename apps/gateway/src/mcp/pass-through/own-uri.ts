import { asList, isJsonObject, type JsonValue, textOf } from '../../protocol/json-rpc.ts';
import { rawAnswer } from '../../upstream/hop/answer.ts';
import type { HopResult, Upstream } from '../../upstream/upstream.ts';

/** A resource and where it is. */
export interface ResourcePlace {
  readonly upstream: Upstream;
  /** As its upstream names it. */
  readonly uri: string;
}

const OWN_URI = /^gateway:\/\/instances\/([0-9a-f-]{36})\/resources\/(.+)$/s;

/**
 * The name of one upstream's resource, or template, where another upstream has one of the same name. The upstream's own
 * words stand at its end as they are, so that a template still is one.
 */
export function toOwnUri(instanceId: string, uri: string): string {
  return `gateway://instances/${instanceId}/resources/${uri}`;
}

/** The instance and the upstream's own words; `undefined` for any other URI. */
export function parseOwnUri(uri: string): { readonly instanceId: string; readonly uri: string } | undefined {
  const [, instanceId, own] = OWN_URI.exec(uri) ?? [];
  return instanceId === undefined || own === undefined ? undefined : { instanceId, uri: own };
}

/** What one upstream listed, as clients are to see it. */
export interface ListedItems {
  readonly upstream: Upstream;
  readonly items: readonly JsonValue[];
}

/**
 * Lists of resources, or of templates, in which what several upstreams have under one name is told apart: by a URI of its
 * own, and by a prefix of its name, as tools and prompts have.
 *
 * @param key The member that names an item: `uri` or `uriTemplate`.
 */
export function toldApart(
  lists: readonly ListedItems[],
  key: 'uri' | 'uriTemplate',
  nameOf: (upstream: Upstream, name: string) => string,
): readonly JsonValue[] {
  const holders = new Map<string, Set<Upstream>>();
  for (const { upstream, items } of lists) {
    for (const item of items) {
      const uri = uriOf(item, key);
      holders.set(uri, (holders.get(uri) ?? new Set()).add(upstream));
    }
  }
  return lists.flatMap(({ upstream, items }) =>
    items.map((item) => {
      const uri = uriOf(item, key);
      const isShared = uri !== '' && (holders.get(uri)?.size ?? 0) > 1;
      return isShared && isJsonObject(item)
        ? { ...item, [key]: toOwnUri(upstream.settings.instanceId, uri), name: nameOf(upstream, textOf(item['name'])) }
        : item;
    }),
  );
}

function uriOf(item: JsonValue, key: string): string {
  const uri = isJsonObject(item) ? item[key] : undefined;
  return typeof uri === 'string' ? uri : '';
}

/** The contents of a resource under the name that it was asked for by; nothing else of the answer changes. */
export function namedAsAsked(hop: HopResult, asked: string, { uri }: ResourcePlace): HopResult {
  if (!hop.ok || hop.raw === undefined || asked === uri) {
    return hop;
  }
  const text = JSON.stringify(asked);
  const renamed = asList(hop.result['contents']).flatMap((content, at) =>
    uriOf(content, 'uri') === uri ? [{ path: ['contents', String(at), 'uri'], text }] : [],
  );
  return rawAnswer(hop.raw.replaced(renamed), hop.jobId);
}
