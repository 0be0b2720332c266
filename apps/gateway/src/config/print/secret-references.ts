import { looksLikeKey, maskUrl, SECRET_NAME } from '@dcc-mcp/telemetry-config/settings';

/** A variable that must be set before a printed configuration is used. */
export interface NeededVariable {
  readonly name: string;
  /** What it stands for: the path of a key. */
  readonly path: string;
}

/** A URL, or a text that may be one. */
export interface WrittenUrl {
  readonly url: string;
  /** What the file holds there, before variables were put in. */
  readonly raw: unknown;
  /** Says which segments of its path are keys. */
  readonly isKey?: (segment: string) => boolean;
}

/** Shorter texts (`1`, `true`, `debug`) are no secrets, unless they are named like one. */
export const MIN_SECRET_LENGTH = 6;
/** References without a default, which might itself be a secret. */
const REFERENCE = /\$\{(?:env:)?[A-Za-z_][A-Za-z0-9_]*\}/g;
/** All of them, and what stands for a dollar sign before a brace. */
const VARIABLE = /\$\$(?=\{)|\$\{(?:env:)?([A-Za-z_][A-Za-z0-9_]*)(?::-([^}\n]*))?\}/g;
/** What may stand beside them without being one. */
const HARMLESS = /^(?:[\w-]+\s*[:=]\s*)?(?:Bearer|Basic|Token)?\s*$/i;

/**
 * Writes secrets as what they are read from, never as themselves: the reference that the file holds, else one to a
 * variable that is to be set first.
 */
export class SecretReferences {
  readonly #needed = new Map<string, NeededVariable>();

  /** What has to be set before the printed configuration is used. */
  get needed(): readonly NeededVariable[] {
    return [...this.#needed.values()];
  }

  /** @param raw What the file holds there, before variables were put in. */
  refer(path: string, raw: unknown, preferredName?: string): string {
    if (typeof raw === 'string' && isReference(raw)) {
      return raw;
    }
    const name = this.#freeName(preferredName ?? toVariableName(path));
    this.#needed.set(name, { name, path });
    return `\${${name}}`;
  }

  /** The same for a text that may or may not be a secret, by its name and length. */
  referIfSecret(path: string, text: string, raw: unknown): string {
    const name = path.slice(path.lastIndexOf('.') + 1);
    const isSecret = text.length >= MIN_SECRET_LENGTH || SECRET_NAME.test(name) || namesSecret(raw);
    return text !== '' && isSecret ? this.refer(path, raw) : escapeReferences(text);
  }

  /** The same for a URL: its user and password, the values of its query, its fragment and keys in its path may be secret. */
  referIfSecretUrl(path: string, { url, raw, isKey = looksLikeKey }: WrittenUrl): string {
    const isOpen = (text: string): boolean => maskUrl(text, isKey) === text;
    if (isOpen(url) && !namesSecret(raw)) {
      return escapeReferences(url);
    }
    return openText(raw, isOpen) ?? this.refer(path, raw);
  }

  #freeName(wanted: string): string {
    let name = wanted;
    for (let count = 2; this.#needed.has(name); count += 1) {
      name = `${wanted}_${count}`;
    }
    return name;
  }
}

/** A text as the file must hold it so that nothing in it is taken for a reference. */
export function escapeReferences(text: string): string {
  return text.replaceAll(/\$(?=\{)/g, '$$$$');
}

/** Whether a text of the file takes in a variable. */
export function takesVariable(raw: unknown): raw is string {
  return namesOf(raw).length > 0;
}

/** Whether a text of the file takes in a variable that is named like a secret. */
export function namesSecret(raw: unknown): boolean {
  return namesOf(raw).some((name) => SECRET_NAME.test(name));
}

/** A text of the file that takes in variables, where what it says itself is open: then all that is secret comes from these. */
export function openText(raw: unknown, isOpen: (words: string) => boolean): string | undefined {
  if (!takesVariable(raw) || [...raw.matchAll(VARIABLE)].some(hasSecretDefault)) {
    return undefined;
  }
  const words = raw.replaceAll(VARIABLE, (match, _name, fallback?: string) =>
    match === '$$' ? '$' : (fallback ?? ''),
  );
  return isOpen(withoutLogin(words)) ? raw : undefined;
}

function hasSecretDefault([, name = '', fallback = '']: RegExpMatchArray): boolean {
  return SECRET_NAME.test(name) && fallback !== '';
}

/** Without what stands before a host where user and password come from variables. */
function withoutLogin(url: string): string {
  return url.replace(/\/\/:?@/, '//');
}

function namesOf(raw: unknown): readonly string[] {
  return typeof raw === 'string' ? [...raw.matchAll(VARIABLE)].flatMap(([, name]) => name ?? []) : [];
}

function isReference(raw: string): boolean {
  return raw.includes('${') && HARMLESS.test(raw.replaceAll(REFERENCE, ''));
}

/** `mcpServers.maya.env.API_KEY` → `SECRET_MAYA_API_KEY`; without our own prefix, whose names are checked. */
function toVariableName(path: string): string {
  const words = path
    .replace(/^mcpServers\./, '')
    .replace(/\.(?:env|headers)\./, '.')
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .replaceAll(/^_+|_+$/g, '');
  return `SECRET_${words === '' ? 'VALUE' : words.toUpperCase()}`;
}
