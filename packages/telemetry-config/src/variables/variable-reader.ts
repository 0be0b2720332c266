import { refused, type Parsed } from '../kinds/kind.ts';
import { findPlaceholder } from '../kinds/placeholder.ts';
import { IssueList, type RefusedSetting } from '../reading/issue-list.ts';
import type { Issue, NewIssue } from '../reading/issue.ts';
import { readVariable, type Environment, type Origin, type OriginSource, type Origins } from '../reading/reading.ts';
import { LOGS_EXPORTER, METRICS_EXPORTER, TRACES_EXPORTER } from './exporters.ts';
import { OTLP_ENDPOINT } from './otlp.ts';
import type { Variable, VariableWithFallback } from './variable.ts';

/** A value together with the place it was found in. */
export interface Found<T> {
  readonly value: T;
  readonly variable: string;
  readonly source: OriginSource;
}

interface Layer {
  readonly source: OriginSource;
  readonly texts: Environment;
}

/** The default as it takes effect; an inherited one in its own words. */
function defaultText<T>(variable: Variable<T>): string {
  if (variable.fallback !== undefined) {
    return variable.kind.show(variable.fallback);
  }
  return (variable.inherits[0] ?? variable).defaultText;
}

/** The text of a variable, and the name it was found under. */
interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** Reads variables of a table, and gathers every issue and origin once. */
export class VariableReader {
  readonly #layers: readonly Layer[];
  readonly #parsed = new Map<string, Parsed<unknown>>();
  readonly #issues = new IssueList();
  readonly #origins = new Map<string, Origin>();

  /** @param defaults Read below the environment, in the same syntax; its origin is `file`. */
  constructor(env: Environment, defaults: Environment = {}) {
    this.#layers = [
      { source: 'env', texts: env },
      { source: 'file', texts: defaults },
    ];
  }

  /** The value in force: the variable's own, an inherited one, or the fallback. Notes the origin. */
  read<T>(variable: VariableWithFallback<T>): T;
  read<T>(variable: Variable<T>): T | undefined;
  read<T>(variable: Variable<T>): T | undefined {
    const found = this.find(variable);
    this.settle(variable, found);
    return found === undefined ? variable.fallback : found.value;
  }

  /** What is set, without the fallback; every layer is asked for the variable and those it inherits from. */
  find<T>(variable: Variable<T>): Found<T> | undefined {
    for (const layer of this.#layers) {
      for (const candidate of [variable, ...variable.inherits]) {
        const found = this.#findIn(layer, candidate);
        if (found !== undefined) {
          return found;
        }
      }
    }
    return undefined;
  }

  /** Notes where the effective value of `variable` comes from. */
  settle<T>(variable: Variable<T>, found: Found<T> | undefined, text?: string): void {
    if (found !== undefined) {
      const { source, variable: name, value } = found;
      const shown = text ?? variable.kind.show(value);
      this.#origins.set(
        variable.name,
        source === 'env' ? { source, variable: name, text: shown } : { source, text: shown },
      );
    } else {
      this.#origins.set(variable.name, { source: 'default', text: text ?? defaultText(variable) });
    }
  }

  /** Notes that `variable` is set and has no effect. */
  ignore(variable: Variable<unknown>): void {
    const name = [variable.name, ...variable.olderNames].find((candidate) => this.isSet(candidate));
    if (name !== undefined) {
      this.#origins.set(variable.name, { source: 'ignored', variable: name, text: 'set, ignored' });
    }
  }

  isSet(name: string): boolean {
    return this.#layers.some((layer) => readVariable(layer.texts, name) !== undefined);
  }

  note(issue: NewIssue): void {
    this.#issues.note(issue);
  }

  /** The same of a value that is not taken although it can be read. */
  noteRefused(variable: Variable<unknown>, issue: NewIssue): void {
    this.#issues.note(issue, toRefused(variable));
  }

  get issues(): readonly Issue[] {
    return this.#issues.all(this.origins);
  }

  get origins(): Origins {
    return Object.fromEntries(this.#origins);
  }

  #findIn<T>(layer: Layer, variable: Variable<T>): Found<T> | undefined {
    for (const name of [variable.name, ...variable.olderNames]) {
      const text = readVariable(layer.texts, name);
      if (text === undefined) {
        continue;
      }
      const parsed = this.#parse(layer, variable, { name, text });
      if (parsed.value !== undefined) {
        return { value: parsed.value, variable: name, source: layer.source };
      }
    }
    return undefined;
  }

  #parse<T>(layer: Layer, variable: Variable<T>, { name, text }: NamedText): Parsed<T> {
    const key = `${layer.source} ${name}`;
    const known = this.#parsed.get(key);
    if (known !== undefined) {
      // oxlint-disable-next-line no-unsafe-type-assertion -- the same name is always parsed by the same kind
      return known as Parsed<T>;
    }
    // Files for docker's --env-file keep the quotes that a shell would take away.
    const isQuoted = QUOTED.test(text);
    const parsed = isQuoted ? parseQuoted(variable, text) : variable.kind.parse(text);
    this.#parsed.set(key, parsed);
    const unquoted = isQuoted ? { fix: 'remove the quotes around it' } : {};
    this.#notePlaceholder(variable, { name, text });
    const refusal = parsed.value === undefined ? toRefused(variable) : undefined;
    for (const issue of parsed.issues) {
      this.#issues.note({ variable: name, ...issue, ...unquoted }, refusal);
    }
    if (name !== variable.name && parsed.value !== undefined) {
      this.note({ variable: name, problem: 'an older spelling, still read', fix: `use ${variable.name}` });
    }
    return parsed;
  }

  /** Of a value that may be any text; endpoints, headers and pairs look for themselves. */
  #notePlaceholder(variable: Variable<unknown>, { name, text }: NamedText): void {
    const { kind } = variable;
    const placeholder = kind.name === 'text' || kind.name === 'file path' ? findPlaceholder(text) : undefined;
    if (placeholder !== undefined) {
      const problem = `it still holds ${placeholder.shown}, which nobody has filled in`;
      this.note({ variable: name, problem, fix: placeholder.fix });
    }
  }
}

function toRefused({ name, group }: Variable<unknown>): RefusedSetting {
  return { name, ...(group === 'Exporters' ? { without: 'nothing is exported' } : ENDPOINTS.get(name)) };
}

/** An endpoint that is not taken asks for no exporter, so that its default may well have no use. */
const ENDPOINTS: ReadonlyMap<string, Omit<RefusedSetting, 'name'>> = new Map([
  [
    OTLP_ENDPOINT.general.name,
    {
      exporters: [TRACES_EXPORTER.name, METRICS_EXPORTER.name, LOGS_EXPORTER.name],
      without: 'nothing is exported over OTLP',
    },
  ],
  [OTLP_ENDPOINT.traces.name, { exporters: [TRACES_EXPORTER.name], without: 'no traces are exported over OTLP' }],
  [OTLP_ENDPOINT.metrics.name, { exporters: [METRICS_EXPORTER.name], without: 'no metrics are exported over OTLP' }],
  [OTLP_ENDPOINT.logs.name, { exporters: [LOGS_EXPORTER.name], without: 'no logs are exported over OTLP' }],
]);

const QUOTED = /^(["']).*\1$/s;

/** A value in quotes counts as unset, also where any text would do. */
function parseQuoted<T>(variable: Variable<T>, text: string): Parsed<T> {
  const { kind } = variable;
  const parsed = kind.parse(text);
  const problem = 'the quotes around it are taken for a part of it';
  return parsed.value === undefined ? parsed : refused({ problem, expected: kind.expected });
}
