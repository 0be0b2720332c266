/** How a name that is not a plain Prometheus name is written (Prometheus, "Escaping schemes"). */
export type EscapingScheme = 'allow-utf-8' | 'underscores' | 'dots' | 'values';

const PLAIN_METRIC_NAME = /^[A-Za-z_:][A-Za-z0-9_:]*$/;
const PLAIN_LABEL_NAME = /^[A-Za-z_][A-Za-z0-9_]*$/;

const SCHEMES: ReadonlyMap<string, EscapingScheme> = new Map([
  ['allow-utf-8', 'allow-utf-8'],
  ['allow-utf8', 'allow-utf-8'], // as the page on content negotiation spells it
  ['underscores', 'underscores'],
  ['dots', 'dots'],
  ['values', 'values'],
]);

/** Reads the `escaping` parameter of a media type; `undefined` for none and for a scheme nobody knows. */
export function parseEscapingScheme(text: string | undefined): EscapingScheme | undefined {
  return SCHEMES.get(text?.toLowerCase() ?? '');
}

/** Whether a metric name can stand without quotes. */
export function isPlainMetricName(name: string): boolean {
  return PLAIN_METRIC_NAME.test(name);
}

/** Whether a label name can stand without quotes. */
export function isPlainLabelName(name: string): boolean {
  return PLAIN_LABEL_NAME.test(name);
}

/** Metric names may hold colons, label names may not. */
export type NameKind = 'metric' | 'label';

/** Writes `name` under `scheme`; every scheme but `allow-utf-8` gives a plain name. The name must not be empty. */
export function escapeName(name: string, scheme: EscapingScheme, kind: NameKind): string {
  const isPlain = kind === 'metric' ? isPlainMetricName : isPlainLabelName;
  if (scheme === 'allow-utf-8') {
    return name;
  }
  if (scheme === 'dots') {
    return mapRunes(name.replaceAll('_', '__'), isPlain, (rune) => (rune === '.' ? '_dot_' : '__'));
  }
  if (isPlain(name)) {
    return name;
  }
  if (scheme === 'underscores') {
    return mapRunes(name, isPlain, () => '_');
  }
  return `U__${mapRunes(name.replaceAll('_', '__'), isPlain, toCodePoint)}`;
}

/** Replaces each code point that may not stand at its place; a digit may not stand first. */
function mapRunes(name: string, isPlain: (name: string) => boolean, replace: (rune: string) => string): string {
  return Array.from(name, (rune, index) => (isPlain(index === 0 ? rune : `_${rune}`) ? rune : replace(rune))).join('');
}

function toCodePoint(rune: string): string {
  return `_${(rune.codePointAt(0) ?? 0).toString(16)}_`;
}
