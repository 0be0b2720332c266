import { looksLikeKey, looksLikeKeyOrUuid, maskUrl, SECRET_NAME } from '@dcc-mcp/telemetry-config/settings';

/** What `mcp-remote --header` and `docker -e` take. */
const NAMED = /^[\w-]*(?:key|token|secret|passw|pwd|auth|credential|cookie)[\w-]*\s*[:=]\s*\S/i;
const SCHEME = /\b(?:Bearer|Basic)\s+\S/i;
/** A file, a package, or a URL, which is looked at by itself. */
const PATH = /^[./~@\\]|^[A-Za-z]:\\|:\/\//;
/** What stands in quotes belongs to its word. */
const WORD = /(?:[^\s"']|"[^"]*"|'[^']*'|["'])+/g;

/** A word of a command line, and where it begins. */
export interface CommandWord {
  /** Without quotes. */
  readonly text: string;
  readonly index: number;
}

/** The words of a text that a shell would read. */
export function commandWords(line: string): readonly CommandWord[] {
  return Array.from(line.matchAll(WORD), ({ 0: word, index }) => ({ text: word.replaceAll(/["']/g, ''), index }));
}

/** Whether the value of a flag comes behind it, and is a secret. */
export function wantsSecret(flag: string): boolean {
  return flag.startsWith('-') && !flag.includes('=') && SECRET_NAME.test(flag);
}

/** Whether an argument is a secret, by what stands before it or by its form. */
export function isSecretWord(word: string, before: string): boolean {
  return (
    (wantsSecret(before) && !word.startsWith('-')) ||
    NAMED.test(word) ||
    SCHEME.test(word) ||
    (looksLikeKey(word) && !PATH.test(word))
  );
}

/** Where in a text that a shell would read the first secret begins; its length where there is none. */
export function secretStart(line: string): number {
  let before = '';
  for (const [position, { text, index }] of commandWords(line).entries()) {
    const [, flag = ''] = /^(-[^=]*=)./s.exec(text) ?? [];
    if (flag !== '' && SECRET_NAME.test(flag)) {
      return index + flag.length;
    }
    // What stands before a program sets a variable: its value is as secret as in `env`.
    const isVariable = position === 0 && /^[A-Za-z_]\w*=./.test(text);
    const isAddress = maskUrl(text, looksLikeKeyOrUuid) !== text;
    // A header without quotes is more than one word.
    const isHeader = NAMED.test(line.slice(index)) || /^(?:Bearer|Basic)$/i.test(before);
    if (isVariable || isAddress || isHeader || isSecretWord(text, before)) {
      return index;
    }
    before = text;
  }
  return line.length;
}
