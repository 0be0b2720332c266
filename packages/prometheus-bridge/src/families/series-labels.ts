import type { Attributes } from '@opentelemetry/api';
import type { ResourceMetrics, ScopeMetrics } from '@opentelemetry/sdk-metrics';
import { toLabelName, type NameTranslation } from '../names/metric-name.ts';
import { LabelSet } from './label-set.ts';
import type { Label } from './label-set.ts';
import { toLabelValue } from './label-value.ts';

type Scope = ScopeMetrics['scope'];

/** What besides the point's own attributes becomes a label. */
export interface LabelOptions {
  readonly scopeLabels: boolean;
  readonly resourceConstantLabels: ((key: string) => boolean) | undefined;
}

const RESERVED = new Set(['le', 'quantile', '__name__']);
const SCOPE_PREFIX = /^otel_+scope_/;

/**
 * Makes the labels of series under one translation, each set once: the SDK gives the same attribute object at every
 * collection, so the work of naming and encoding is not done again.
 */
export class SeriesLabels {
  readonly #translation: NameTranslation;
  readonly #options: LabelOptions;
  readonly #byScope = new WeakMap<Scope, ScopeLabels>();
  #resource: ResourceMetrics['resource'] | undefined;
  #constant: readonly Label[] = [];

  constructor(translation: NameTranslation, options: LabelOptions) {
    this.#translation = translation;
    this.#options = options;
  }

  /** The labels of the series of one scope. */
  ofScope(scope: Scope, resource: ResourceMetrics['resource']): ScopeLabels {
    this.#followResource(resource);
    const known = this.#byScope.get(scope);
    if (known?.constant === this.#constant) {
      return known;
    }
    const scopeLabels = this.#options.scopeLabels ? toScopeLabels(scope, this.#translation) : [];
    const made = new ScopeLabels(this.#translation, this.#constant, scopeLabels);
    this.#byScope.set(scope, made);
    return made;
  }

  /** The labels of `target_info`: the resource's attributes, nothing else. */
  ofResource(resource: ResourceMetrics['resource']): LabelSet {
    return new LabelSet(toLabels(resource.attributes, new Set(), this.#translation));
  }

  #followResource(resource: ResourceMetrics['resource']): void {
    const keep = this.#options.resourceConstantLabels;
    if (keep === undefined || (resource === this.#resource && !resource.asyncAttributesPending)) {
      return;
    }
    const attributes = Object.entries(resource.attributes).filter(([key]) => keep(key));
    this.#constant = toLabels(Object.fromEntries(attributes), new Set(), this.#translation);
    this.#resource = resource.asyncAttributesPending ? undefined : resource;
  }
}

/** The labels of the series of one scope. */
export class ScopeLabels {
  /** Labels of the resource that every series carries; a point's own label of the same name wins. */
  readonly constant: readonly Label[];
  readonly #translation: NameTranslation;
  readonly #scopeLabels: readonly Label[];
  readonly #taken: ReadonlySet<string>;
  readonly #cache = new WeakMap<Attributes, LabelSet>();

  constructor(translation: NameTranslation, constant: readonly Label[], scopeLabels: readonly Label[]) {
    this.constant = constant;
    this.#translation = translation;
    this.#scopeLabels = scopeLabels;
    this.#taken = new Set(scopeLabels.map(({ name }) => name));
  }

  of(attributes: Attributes): LabelSet {
    const known = this.#cache.get(attributes);
    if (known !== undefined) {
      return known;
    }
    const own = toLabels(attributes, this.#taken, this.#translation);
    const names = new Set(own.map(({ name }) => name));
    const constant = this.constant.filter(({ name }) => !names.has(name) && !this.#taken.has(name));
    const made = new LabelSet([...own, ...constant, ...this.#scopeLabels]);
    this.#cache.set(attributes, made);
    return made;
  }
}

function toScopeLabels(scope: Scope, translation: NameTranslation): Label[] {
  const pairs: [string, string | undefined][] = [
    ['otel_scope_name', scope.name],
    ['otel_scope_version', scope.version],
    ['otel_scope_schema_url', scope.schemaUrl],
  ];
  return pairs.flatMap(([key, value]) =>
    value === undefined || value === '' ? [] : [{ name: toLabelName(key, translation), value: toLabelValue(value) }],
  );
}

/**
 * Keys that get the same name share one label, their values joined with `;` in the order of the keys
 * (OTel Prometheus compatibility, "Metric Attributes"). Names with a meaning of their own get `exported_` in front,
 * as Prometheus does with names of its own. An empty value is no label, as in the Prometheus data model.
 */
function toLabels(attributes: Attributes, taken: ReadonlySet<string>, translation: NameTranslation): Label[] {
  const values = new Map<string, { key: string; value: string }[]>();
  for (const key of Object.keys(attributes)) {
    const value = toLabelValue(attributes[key]);
    if (value === '') {
      continue;
    }
    const name = toUnreservedName(toLabelName(key, translation), taken);
    const sharing = values.get(name);
    if (sharing === undefined) {
      values.set(name, [{ key, value }]);
    } else {
      sharing.push({ key, value });
    }
  }
  return Array.from(values, ([name, sharing]) => ({ name, value: joinValues(sharing) }));
}

function toUnreservedName(name: string, taken: ReadonlySet<string>): string {
  return RESERVED.has(name) || SCOPE_PREFIX.test(name) || taken.has(name) ? `exported_${name}` : name;
}

function joinValues(sharing: readonly { key: string; value: string }[]): string {
  if (sharing.length === 1) {
    return sharing[0]?.value ?? '';
  }
  return sharing
    .toSorted((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ value }) => value)
    .join(';');
}
