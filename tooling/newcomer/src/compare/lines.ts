// Compares what a command printed with what a document shows. What differs from run to run is masked on both sides:
// times, durations, ids, versions of this machine.
import { stripVTControlCharacters } from 'node:util';

const MASKS: readonly (readonly [RegExp, string])[] = [
  [/\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z?/g, '<time>'],
  [/\b\d\d:\d\d:\d\d(\.\d+)?\b/g, '<time>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/g, '<id>'],
  [/\b(?=[0-9a-f]*\d)[0-9a-f]{8,32}\b/g, '<id>'],
  [/\b\d+([.,]\d+)*\s?(ms|µs|s|min)\b/g, '<duration>'],
  [/"time": ?\d+/g, '"time":<time>'],
];

const SPINNER = /^[\u2800-\u28ff|/\\-]+$/u;

/** The last lines of an output as a reader sees them: without colours, spinners and empty lines. */
export function lastLines(output: string, count = 30): string {
  const lines = stripVTControlCharacters(output).split(/[\r\n]+/);
  return lines
    .map((line) => line.trimEnd())
    .filter((line) => line !== '' && !SPINNER.test(line.trim()))
    .slice(-count)
    .join('\n');
}

/** The lines of an output as they are compared: without colours, empty lines and what differs from run to run. */
export function maskLines(output: string): readonly string[] {
  return stripVTControlCharacters(output)
    .split(/\r?\n|\r|\^C/) // a terminal shows Ctrl-C right before what the program says next
    .map((line) => MASKS.reduce((text, [pattern, mask]) => text.replaceAll(pattern, mask), line))
    .map((line) => line.trim().replaceAll(/\s+/g, ' '))
    .filter((line) => line !== '');
}

const escape = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);

/** `…` in a shown line stands for anything. */
function toPattern(line: string): RegExp {
  return new RegExp(line.split('…').map(escape).join('.*'));
}

/** The shown lines that `output` does not have, in any order. */
export function missingLines(shown: string, output: string): readonly string[] {
  const actual = maskLines(output);
  return maskLines(shown)
    .filter((line) => line !== '…')
    .filter((line) => {
      const pattern = toPattern(line);
      return !actual.some((each) => pattern.test(each));
    });
}
