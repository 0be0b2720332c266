import { withExpected, type Kind } from '../kinds/kind.ts';
import { choices } from '../kinds/list-kinds.ts';
import { keyValues } from '../kinds/pair-kinds.ts';
import { choice, text } from '../kinds/scalar-kinds.ts';
import type {
  DiagLevel,
  PropagatorName,
  ResourceDetectorName,
  TelemetryConfig,
  TypedAttributeValue,
} from '../telemetry/telemetry-config.ts';
import { PROPAGATORS_VARIABLE } from '../variables/general.ts';
import type { FileNode } from './file-node.ts';

const TYPES = ['string', 'bool', 'int', 'double', 'string_array', 'bool_array', 'int_array', 'double_array'] as const;

/** Attributes (which win over the list), and detectors; none are asked unless the file names them. */
export function readResource(node: FileNode | undefined): TelemetryConfig['resource'] {
  const texts = new Map<string, string>(Object.entries(node?.scalar('attributes_list', keyValues()) ?? {}));
  const typed = new Map<string, TypedAttributeValue>();
  for (const entry of node?.children('attributes') ?? []) {
    const name = entry.scalar('name', text());
    const value = toTyped(entry.raw('value'), entry.scalar('type', choice(TYPES)));
    entry.finish();
    if (name === undefined || value === undefined) {
      entry.note('', 'it needs a name, and a value of its type', { expected: '{ name, value, type }' });
    } else if (typeof value === 'string') {
      texts.set(name, value);
    } else {
      texts.delete(name);
      typed.set(name, value);
    }
  }
  const detectors = readDetectors(node);
  node?.raw('schema_url');
  node?.finish();
  const serviceName = texts.get('service.name');
  texts.delete('service.name');
  return {
    ...(serviceName === undefined || serviceName === '' ? {} : { serviceName }),
    attributes: Object.fromEntries(texts),
    ...(typed.size === 0 ? {} : { typedAttributes: Object.fromEntries(typed) }),
    detectors,
  };
}

function toScalar(value: unknown, type: string | undefined): string | number | boolean | undefined {
  if (type === 'bool') {
    const word = String(value).trim().toLowerCase();
    return word === 'true' || word === 'false' ? word === 'true' : undefined;
  }
  if (type === 'int' || type === 'double') {
    const number = typeof value === 'string' && value.trim() === '' ? Number.NaN : Number(value);
    return Number.isFinite(number) && (type === 'double' || Number.isInteger(number)) ? number : undefined;
  }
  if (type === 'string') {
    return ['string', 'number', 'boolean'].includes(typeof value) ? String(value) : undefined;
  }
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

/** The value in its type; without a type, as YAML understood it. */
function toTyped(value: unknown, type: string | undefined): string | TypedAttributeValue | undefined {
  if (value === null || value === undefined) {
    return undefined;
  }
  const isArrayType = type?.endsWith('_array') === true;
  if (!isArrayType && !(type === undefined && Array.isArray(value))) {
    return toScalar(value, type);
  }
  if (!Array.isArray(value)) {
    return undefined;
  }
  const items = value.map((item: unknown) => toScalar(item, type?.replace('_array', '')));
  return toHomogeneous(items);
}

function toHomogeneous(items: readonly unknown[]): TypedAttributeValue | undefined {
  if (items.every((item) => typeof item === 'string')) {
    return items;
  }
  if (items.every((item) => typeof item === 'number')) {
    return items;
  }
  return items.every((item) => typeof item === 'boolean') ? items : undefined;
}

const DETECTORS: readonly ResourceDetectorName[] = ['env', 'host', 'os', 'process', 'service'];

function readDetectors(node: FileNode | undefined): readonly ResourceDetectorName[] {
  const detection = node?.child('detection/development');
  const named = new Set((detection?.children('detectors') ?? []).flatMap((entry) => readDetector(entry)));
  detection?.finish();
  return DETECTORS.filter((name) => named.has(name));
}

function readDetector(entry: FileNode): readonly ResourceDetectorName[] {
  const names = DETECTORS.filter((name) => entry.has(name));
  for (const name of names) {
    entry.raw(name);
  }
  entry.finish();
  // The host detector of the schema finds out about the operating system as well.
  return names.includes('host') ? [...names, 'os'] : names;
}

/** Propagators; a file that names none has none (schema, "propagator"). */
export function readPropagators(node: FileNode | undefined): readonly PropagatorName[] {
  if (node === undefined) {
    return [];
  }
  const kind = choices(['tracecontext', 'baggage', 'b3', 'b3multi'], { hasNone: true });
  const named = node.children('composite').flatMap((entry) => entry.keys);
  const parsed = kind.fromJson(named);
  for (const issue of parsed.issues) {
    node.note('composite', issue.problem, issue);
  }
  const listed = node.scalar('composite_list', PROPAGATORS_VARIABLE.kind) ?? [];
  node.finish();
  const propagators = [...new Set([...(parsed.value ?? []), ...listed])];
  node.settle('composite', propagators.length === 0 ? 'none' : propagators.join(','));
  return propagators;
}

const SEVERITIES = ['trace', 'debug', 'info', 'warn', 'error', 'fatal'] as const;

/** The severity of `log_level`, whose steps (`debug2`) are one level here. */
export function logLevelKind(): Kind<DiagLevel> {
  const levels: Readonly<Record<string, DiagLevel>> = { trace: 'verbose', fatal: 'error' };
  const kind = choice(SEVERITIES.flatMap((name) => [name, `${name}2`, `${name}3`, `${name}4`]));
  const expected = SEVERITIES.join(', ');
  const toLevel = (value: unknown): ReturnType<Kind<DiagLevel>['fromJson']> => {
    const { value: word, issues } = kind.fromJson(value);
    const severity = word?.replace(/\d$/, '') ?? '';
    const known = SEVERITIES.find((name) => name === severity);
    const shown = withExpected(issues, expected);
    if (known === undefined) {
      return { value: undefined, issues: shown };
    }
    return { value: known === 'trace' || known === 'fatal' ? levels[known] : known, issues: shown };
  };
  return { ...kind, expected, parse: toLevel, fromJson: toLevel, show: String };
}
