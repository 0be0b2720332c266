import { SECRET_NAME } from '@dcc-mcp/telemetry-config/settings';

/** Shorter values (`1`, `true`, `debug`) are words of their own that a message may well hold. */
const MIN_LENGTH = 6;
/** What is named like a secret is masked at this length already. */
const MIN_NAMED_LENGTH = 3;
const MASK = '***';

/** Where the settings of a child may hold a secret. */
interface MaskedSettings {
  readonly env: Readonly<Record<string, string>>;
  readonly args: readonly string[];
}

/**
 * Masks what the settings of a child hold in confidence, wherever it writes it: the values of its variables, and of
 * arguments that are named like a secret; as they are, and as they stand in URLs, in JSON and in Basic credentials.
 */
export function secretMask({ env, args }: MaskedSettings): (text: string) => string {
  const named: (readonly [name: string, value: string])[] = Object.entries(env);
  for (const [index, argument] of args.entries()) {
    const [name = '', ...value] = argument.split('=');
    if (name.startsWith('-') && SECRET_NAME.test(name)) {
      named.push([name, value.length > 0 ? value.join('=') : (args[index + 1] ?? '')]);
    }
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

function formsOf(secret: string): readonly string[] {
  const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
  return [secret, encodeURIComponent(secret), JSON.stringify(secret).slice(1, -1), base64];
}
