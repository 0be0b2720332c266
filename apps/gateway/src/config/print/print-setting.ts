import type { LoadedConfiguration } from '../load/load-configuration.ts';
import { valueAt } from '../reader/file-value.ts';
import type { AuthToken } from '../reader/gateway-config.ts';
import { findSetting, type Setting } from '../table/setting.ts';
import type { Secret } from '../table/table.ts';
import { escapeReferences, type SecretReferences } from './secret-references.ts';

/** Writes the rows of the table as the file would have them. */
export class SettingPrinter {
  readonly #loaded: LoadedConfiguration;
  readonly #references: SecretReferences;

  constructor(loaded: LoadedConfiguration, references: SecretReferences) {
    this.#loaded = loaded;
    this.#references = references;
  }

  /** What the file would hold at the key; `undefined` where it would hold nothing. */
  print(setting: Setting<unknown>): unknown {
    const { path, kind } = setting;
    if (path === 'auth.tokens' || path === 'auth.tokenFile') {
      return path === 'auth.tokens' ? this.#tokens() : this.#tokenFile();
    }
    if (path === 'metrics.basicAuth') {
      return this.#loaded.origins[path] === undefined ? undefined : this.#reference(path);
    }
    if (path.startsWith('metrics.basicAuth.') && this.#loaded.origins['metrics.basicAuth'] !== undefined) {
      return undefined;
    }
    const text = path.endsWith('File') ? path.slice(0, -'File'.length) : undefined;
    if (text !== undefined && findSetting(text) !== undefined) {
      const secret = this.#secretAt(text);
      return secret !== undefined && 'file' in secret ? escapeReferences(secret.file) : undefined;
    }
    if (findSetting(`${path}File`) !== undefined) {
      const secret = this.#secretAt(path);
      return secret !== undefined && 'text' in secret ? this.#reference(path) : undefined;
    }
    const value = valueAt(this.#loaded.values, path);
    if (kind.name === 'URL' && typeof value === 'string') {
      return this.#references.referIfSecretUrl(path, { url: value, raw: this.#raw(path) });
    }
    const isWord = kind.name === 'text' && typeof value === 'object';
    return isWord ? escaped(kind.show(value)) : escaped(value);
  }

  #raw(path: string): unknown {
    return valueAt(this.#loaded.raw, path);
  }

  #secretAt(path: string): Secret | undefined {
    // oxlint-disable-next-line no-unsafe-type-assertion -- rows with a file beside them hold secrets
    return valueAt(this.#loaded.values, path) as Secret | undefined;
  }

  /** A reference to the variable that a secret came from, else to the one that would say it. */
  #reference(path: string): string {
    const origin = this.#loaded.origins[path];
    return origin?.source === 'env' && origin.variable !== undefined
      ? `\${${origin.variable}}`
      : this.#references.refer(path, this.#raw(path), findSetting(path)?.names[0]);
  }

  /** Whether tokens were written as a comma list, which the list of the file cannot be made of without telling them. */
  get #areTokensWords(): boolean {
    const { origins, values } = this.#loaded;
    const isText = origins['auth.tokens']?.source === 'env' || typeof this.#raw('auth.tokens') === 'string';
    return isText && values.auth.tokens.some(({ token }) => 'text' in token);
  }

  #tokens(): unknown {
    return this.#areTokensWords
      ? this.#reference('auth.tokens')
      : this.#loaded.values.auth.tokens.map((token, index) => this.#token(token, index));
  }

  #tokenFile(): string | undefined {
    const inFile = this.#loaded.values.auth.tokens.flatMap(({ token }) => ('file' in token ? [token.file] : []))[0];
    return this.#areTokensWords && inFile !== undefined ? escapeReferences(inFile) : undefined;
  }

  #token({ token, name, dccTypes }: AuthToken, index: number): object {
    const path = `auth.tokens.${index}.token`;
    const raw: unknown = this.#raw('auth.tokens');
    const entry: unknown = Array.isArray(raw) ? raw[index] : undefined;
    return {
      ...('file' in token
        ? { tokenFile: escapeReferences(token.file) }
        : { token: this.#references.refer(path, valueAt(entry, 'token')) }),
      ...(name === undefined ? {} : { name: escapeReferences(name) }),
      ...(dccTypes.length === 0 ? {} : { dccTypes: escaped(dccTypes) }),
    };
  }
}

/** Plain data in which no text holds what would be taken for a reference. */
export function escaped(value: unknown): unknown {
  if (typeof value === 'string') {
    return escapeReferences(value);
  }
  if (Array.isArray(value)) {
    return value.map(escaped);
  }
  return typeof value === 'object' && value !== null
    ? Object.fromEntries(Object.entries(value).map(([key, item]) => [key, escaped(item)]))
    : value;
}
