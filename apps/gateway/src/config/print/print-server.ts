import { looksLikeKey, looksLikeKeyOrUuid, SECRET_NAME } from '@dcc-mcp/telemetry-config/settings';
import { member } from '../reader/file-value.ts';
import type { UpstreamConfig } from '../reader/gateway-config.ts';
import { escaped } from './print-setting.ts';
import { escapeReferences, type SecretReferences } from './secret-references.ts';

type Texts = Readonly<Record<string, string>>;

/** One entry of `mcpServers` as the file would hold it; `raw` is what it holds, before variables were put in. */
export function printServer(server: UpstreamConfig, raw: unknown, references: SecretReferences): object {
  const { transport, oauth, toolFilter } = server;
  const entry = new EntryPrinter(`mcpServers.${server.key}`, raw, references);
  return {
    type: transport.type,
    ...(transport.type === 'stdio'
      ? {
          command: escapeReferences(transport.command),
          args: entry.args(transport.args),
          env: entry.secrets('env', transport.env),
          envFiles: escaped(transport.envFiles),
          ...(transport.envFile === undefined ? {} : { envFile: escapeReferences(transport.envFile) }),
          ...(transport.cwd === undefined ? {} : { cwd: escapeReferences(transport.cwd) }),
        }
      : {
          url: entry.url(transport.url),
          headers: entry.secrets('headers', transport.headers),
          headerFiles: escaped(transport.headerFiles),
        }),
    dccType: server.dccType,
    lazy: server.isLazy,
    affinity: server.affinity,
    concurrency: server.concurrency,
    queue: server.maxQueued,
    timeoutMs: server.timeoutMillis,
    ...(server.maxTimeoutMillis === undefined ? {} : { maxTimeoutMs: server.maxTimeoutMillis }),
    coerceArguments: server.coercesArguments,
    ...(toolFilter === undefined
      ? {}
      : { includeTools: escaped(toolFilter.include), excludeTools: escaped(toolFilter.exclude) }),
    disabled: server.isDisabled,
    ...(oauth === undefined ? {} : { oauth: entry.oauth(oauth) }),
  };
}

class EntryPrinter {
  readonly #path: string;
  readonly #raw: unknown;
  readonly #references: SecretReferences;

  constructor(path: string, raw: unknown, references: SecretReferences) {
    this.#path = path;
    this.#raw = raw;
    this.#references = references;
  }

  /** Values of `env` or `headers`, whose names the raw file may write in another case. */
  secrets(key: 'env' | 'headers', texts: Texts): Texts {
    const raw = member(this.#raw, key);
    const written = new Map(Object.entries(typeof raw === 'object' && raw !== null ? raw : {}));
    const byLowerCase = new Map([...written].map(([name, value]) => [name.toLowerCase(), value]));
    const rawOf = (name: string): unknown => written.get(name) ?? byLowerCase.get(name.toLowerCase());
    return Object.fromEntries(
      Object.entries(texts).map(([name, text]) => [
        name,
        this.#references.referIfSecret(`${this.#path}.${key}.${name}`, text, rawOf(name)),
      ]),
    );
  }

  url(url: string): string {
    return this.#references.referIfSecretUrl(`${this.#path}.url`, {
      url,
      raw: member(this.#raw, 'url'),
      isKey: looksLikeKeyOrUuid,
    });
  }

  args(args: readonly string[]): readonly string[] {
    const raw = member(this.#raw, 'args');
    return args.map((arg, index) => {
      const written: unknown = Array.isArray(raw) ? raw[index] : undefined;
      return this.#argument({ arg, before: args[index - 1], path: `${this.#path}.args.${index}` }, written);
    });
  }

  oauth({ clientId, clientSecret, scopes, ...rest }: NonNullable<UpstreamConfig['oauth']>): object {
    const raw = member(member(this.#raw, 'oauth'), 'clientSecret');
    return {
      ...(clientId === undefined ? {} : { clientId: escapeReferences(clientId) }),
      ...(clientSecret === undefined
        ? {}
        : 'file' in clientSecret
          ? { clientSecretFile: escapeReferences(clientSecret.file) }
          : { clientSecret: this.#references.refer(`${this.#path}.oauth.clientSecret`, raw) }),
      scopes: escaped(scopes),
      ...Object.fromEntries(
        Object.entries(rest).map(([name, value]) => [
          name,
          typeof value === 'string' ? escapeReferences(value) : value,
        ]),
      ),
    };
  }

  #argument({ arg, before, path }: Argument, raw: unknown): string {
    const [, flag = '', value] = /^(-[^=\s]*)=(.*)$/s.exec(arg) ?? [];
    if (value !== undefined && SECRET_NAME.test(flag)) {
      const rawValue = typeof raw === 'string' ? raw.slice(flag.length + 1) : undefined;
      return `${flag}=${this.#references.refer(path, rawValue)}`;
    }
    const isSecret = before !== undefined && IS_SECRET_FLAG.test(before) && !arg.startsWith('-');
    if (isSecret || IS_CREDENTIAL.test(arg)) {
      return this.#references.refer(path, raw);
    }
    return looksLikeKey(arg) && !IS_PATH.test(arg)
      ? this.#references.refer(path, raw)
      : this.#references.referIfSecretUrl(path, { url: arg, raw, isKey: looksLikeKeyOrUuid });
  }
}

interface Argument {
  readonly arg: string;
  readonly before: string | undefined;
  readonly path: string;
}

/** A flag whose value comes behind it. */
const IS_SECRET_FLAG = /^-[^=]*(?:key|token|secret|passw|pwd|auth|credential|cookie|session|private)[^=]*$/i;
/** A file, a package, or a URL, which is looked at by itself. */
const IS_PATH = /^[./~@\\]|^[A-Za-z]:\\|:\/\//;
/** What `mcp-remote --header` and `docker -e` take. */
const IS_CREDENTIAL =
  /\b(?:Bearer|Basic)\s+\S|^[\w-]*(?:key|token|secret|passw|pwd|auth|credential|cookie)[\w-]*\s*[:=]\s*\S/i;
