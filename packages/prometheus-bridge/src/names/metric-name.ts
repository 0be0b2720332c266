import { escapeName, type EscapingScheme } from './name-escaping.ts';
import { toUnitWord } from './unit-word.ts';

/** How OpenTelemetry names become metric and label names (OTel Prometheus exporter, `translation_strategy`). */
export type TranslationStrategy =
  | 'UnderscoreEscapingWithSuffixes'
  | 'UnderscoreEscapingWithoutSuffixes'
  | 'NoUTF8EscapingWithSuffixes'
  | 'NoTranslation';

/** Strategy of the endpoint and what the client asked: first the one is applied, then the other. */
export interface NameTranslation {
  readonly strategy: TranslationStrategy;
  readonly escaping: EscapingScheme;
}

/** What of an instrument decides its name in a scrape. */
export interface NamedInstrument {
  readonly name: string;
  readonly unit: string;
  readonly isCounter: boolean;
}

/** A metric name and the unit it ends with; `unit` is empty when the name says none. */
export interface TranslatedName {
  readonly name: string;
  readonly unit: string;
}

const TOTAL = '_total';

/** Names an instrument: characters, then unit, then `_total`, as the strategy says; then the client's escaping. */
export function toMetricName(instrument: NamedInstrument, translation: NameTranslation): TranslatedName {
  const wellFormed = keepsUtf8(translation.strategy) ? toText(instrument.name) : replaceCharacters(instrument.name);
  const unit = addsSuffixes(translation.strategy) ? toUnitWord(instrument.unit) : '';
  const name = addsSuffixes(translation.strategy)
    ? addSuffixes(wellFormed || '_', unit, instrument.isCounter)
    : wellFormed || '_';
  return { name: escapeName(name, translation.escaping, 'metric'), unit };
}

function addSuffixes(name: string, unit: string, isCounter: boolean): string {
  const base = isCounter && name.endsWith(TOTAL) && name !== TOTAL ? name.slice(0, -TOTAL.length) : name;
  const withUnit = unit === '' || base === unit || base.endsWith(`_${unit}`) ? base : `${base}_${unit}`;
  return isCounter ? `${withUnit}${TOTAL}` : withUnit;
}

/** Names a label, without regard to what other labels of the series are called. */
export function toLabelName(key: string, { strategy, escaping }: NameTranslation): string {
  const name = keepsUtf8(strategy) ? toText(key) : replaceCharacters(key);
  return escapeName(name || '_', escaping, 'label');
}

function keepsUtf8(strategy: TranslationStrategy): boolean {
  return strategy === 'NoTranslation' || strategy === 'NoUTF8EscapingWithSuffixes';
}

function addsSuffixes(strategy: TranslationStrategy): boolean {
  return strategy === 'UnderscoreEscapingWithSuffixes' || strategy === 'NoUTF8EscapingWithSuffixes';
}

/** Leaves letters, digits and single underscores; a digit never comes first. Colons go too: they are for recording rules. */
function replaceCharacters(name: string): string {
  const plain = name.replaceAll(/[^A-Za-z0-9]+/g, '_');
  return /^[0-9]/.test(plain) ? `_${plain}` : plain;
}

/** Half of a surrogate pair and NUL cannot be written. */
function toText(name: string): string {
  return name.replaceAll(/[\uD800-\uDFFF\0]/gu, '\uFFFD');
}
