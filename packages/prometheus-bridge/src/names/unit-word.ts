/** UCUM codes and the words Prometheus uses (OTel Prometheus compatibility, "Metric Metadata"). */
const WORDS: ReadonlyMap<string, string> = new Map([
  ['d', 'days'],
  ['h', 'hours'],
  ['min', 'minutes'],
  ['s', 'seconds'],
  ['ms', 'milliseconds'],
  ['us', 'microseconds'],
  ['ns', 'nanoseconds'],
  ['By', 'bytes'],
  ['KiBy', 'kibibytes'],
  ['MiBy', 'mebibytes'],
  ['GiBy', 'gibibytes'],
  ['TiBy', 'tebibytes'],
  ['kBy', 'kilobytes'],
  ['KBy', 'kilobytes'],
  ['MBy', 'megabytes'],
  ['GBy', 'gigabytes'],
  ['TBy', 'terabytes'],
  ['m', 'meters'],
  ['V', 'volts'],
  ['A', 'amperes'],
  ['J', 'joules'],
  ['W', 'watts'],
  ['g', 'grams'],
  ['Cel', 'celsius'],
  ['Hz', 'hertz'],
  ['%', 'percent'],
]);

/** Units that are only met after the slash, beside the singular of the words above. */
const PER_WORDS: ReadonlyMap<string, string> = new Map([
  ['wk', 'week'],
  ['w', 'week'],
  ['mo', 'month'],
  ['a', 'year'],
  ['y', 'year'],
  ['Cel', 'celsius'],
  ['Hz', 'hertz'],
  ['%', 'percent'],
]);

/**
 * Writes a UCUM unit as the words of a metric name: `s` → `seconds`, `By/s` → `bytes_per_second`.
 *
 * Text in braces is dropped and `1` means no unit; a code the table does not know is kept, made fit for a name.
 *
 * @returns The empty text when no word is left.
 */
export function toUnitWord(unit: string): string {
  const [amount = '', ...per] = unit.replaceAll(/\{[^}]*\}?/g, '').split('/');
  const parts = [toWord(amount, WORDS)];
  for (const code of per) {
    const word = toWord(code, PER_WORDS) || '';
    if (word !== '') {
      parts.push(`per_${PER_WORDS.has(code.trim()) ? word : toSingular(code.trim(), word)}`);
    }
  }
  return parts.filter((part) => part !== '').join('_');
}

function toWord(code: string, words: ReadonlyMap<string, string>): string {
  const trimmed = code.trim();
  if (trimmed === '1') {
    return '';
  }
  return (
    words.get(trimmed) ?? WORDS.get(trimmed) ?? trimmed.replaceAll(/[^A-Za-z0-9]+/g, '_').replaceAll(/^_+|_+$/g, '')
  );
}

function toSingular(code: string, word: string): string {
  return WORDS.has(code) && word.endsWith('s') ? word.slice(0, -1) : word;
}
