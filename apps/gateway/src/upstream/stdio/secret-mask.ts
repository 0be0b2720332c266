import { SECRET_NAME } from '@dcc-mcp/telemetry-config/settings';
import { commandWords } from '../../protocol/shown/secret-words.ts';

/** Shorter values (`1`, `true`, `debug`) are words of their own that a message may well hold. */
const MIN_LENGTH = 6;
/** What is named like a secret is masked at this length already. */
const MIN_NAMED_LENGTH = 3;
const MASK = '***';

/** Where the settings of a child may hold a secret. */
interface MaskedSettings {
  readonly command: string;
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
}

/**
 * Masks what the settings of a child hold in confidence, wherever it writes it: the values of its variables, and of
 * arguments that are named like a secret; as they are, and as they stand in URLs, in JSON and in Basic credentials.
 */
export function secretMask({ command, env, args }: MaskedSettings): (text: string) => string {
  const named: (readonly [name: string, value: string])[] = Object.entries(env);
  for (const words of [args, ...[command, ...args].map(wordsOf)]) {
    named.push(...namedIn(words));
  }
  const secrets = named.flatMap(([name, value]) => {
    const minLength = SECRET_NAME.test(name) ? MIN_NAMED_LENGTH : MIN_LENGTH;
    return value
      .split(/\r?\n/)
      .map((line) => line.trim())
      .filter((line) => line.length >= minLength)
      .flatMap(formsOf);
  });
  if (secrets.length === 0) {
    return (text) => text;
  }
  // The longest first, because one secret may begin with another.
  const sorted = [...new Set(secrets)].toSorted((one, other) => other.length - one.length);
  const pattern = new RegExp(
    sorted.map((secret) => secret.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`)).join('|'),
    'g',
  );
  return (text) => text.replaceAll(pattern, MASK);
}

/** Of what a shell would read, as behind `sh -c`. */
function wordsOf(line: string): readonly string[] {
  return commandWords(line).map(({ text }) => text);
}

function namedIn(words: readonly string[]): readonly (readonly [name: string, value: string])[] {
  return words.flatMap((word, index) => {
    const [name = '', ...value] = word.split('=');
    const isNamed = name.startsWith('-') && SECRET_NAME.test(name);
    return isNamed ? [[name, value.length > 0 ? value.join('=') : (words[index + 1] ?? '')] as const] : [];
  });
}

function formsOf(secret: string): readonly string[] {
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), base64];
}
