import { looksLikeKeyOrUuid, SECRET_NAME } from '@dcc-mcp/telemetry-config/settings';
import { isSecretWord, secretStart } from '../../protocol/shown/secret-words.ts';
import { member } from '../reader/file-value.ts';
import type { UpstreamConfig } from '../reader/gateway-config.ts';
import { escaped } from './print-setting.ts';
import {
  escapeReferences,
  MIN_SECRET_LENGTH,
  namesSecret,
  openText,
  type SecretReferences,
  takesVariable,
} from './secret-references.ts';

type Texts = Readonly<Record<string, string>>;

/** One entry of `mcpServers` as the file would hold it; `raw` is what it holds, before variables were put in. */
export function printServer(server: UpstreamConfig, raw: unknown, references: SecretReferences): object {
  const { transport, oauth, toolFilter } = server;
  const entry = new EntryPrinter(`mcpServers.${server.key}`, raw, references);
  return {
    type: transport.type,
    ...(transport.type === 'stdio'
      ? {
          command: entry.command(transport),
          args: entry.args(transport),
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

  /** Up to its first secret, where it is a whole command line. */
  command({ command, env }: CommandLine): string {
    const raw = member(this.#raw, 'command');
    const start = secretStart(command);
    if (namesSecret(raw) || holdsSecretOf(env, command)) {
      return openLine(raw, env) ?? this.#references.refer(`${this.#path}.command`, raw);
    }
    return start === command.length
      ? escapeReferences(command)
      : (openLine(raw, env) ??
          escapeReferences(command.slice(0, start)) + this.#references.refer(`${this.#path}.command`, undefined));
  }

  url(url: string): string {
    return this.#references.referIfSecretUrl(`${this.#path}.url`, {
      url,
      raw: member(this.#raw, 'url'),
      isKey: looksLikeKeyOrUuid,
    });
  }

  args({ args, env }: CommandLine): readonly string[] {
    const written = member(this.#raw, 'args');
    return args.map((arg, index) => {
      const raw: unknown = Array.isArray(written) ? written[index] : undefined;
      const before = args[index - 1] ?? '';
      return this.#argument({ arg, before, raw, path: `${this.#path}.args.${index}` }, env);
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

  #argument({ arg, before, path, raw }: Argument, env: Texts): string {
    const [, flag = '', value] = /^(-[^=\s]*)=(.*)$/s.exec(arg) ?? [];
    if (value !== undefined && SECRET_NAME.test(flag)) {
      const rawValue = typeof raw === 'string' ? raw.slice(flag.length + 1) : undefined;
      return `${flag}=${this.#references.refer(path, rawValue)}`;
    }
    // What a shell would read, as behind `sh -c`.
    const isSecretLine = /\s/.test(arg) && secretStart(arg) < arg.length;
    // What comes from a variable is as secret as it would be in `env`.
    const isFilled = takesVariable(raw) && (arg.length >= MIN_SECRET_LENGTH || namesSecret(raw));
    return isSecretWord(arg, before) || isSecretLine || isFilled || holdsSecretOf(env, arg)
      ? (openLine(raw, env, before) ?? this.#references.refer(path, raw))
      : this.#references.referIfSecretUrl(path, { url: arg, raw, isKey: looksLikeKeyOrUuid });
  }
}

/** A text of the file that a shell may read, where all that is secret in it comes from variables. */
function openLine(raw: unknown, env: Texts, before = ''): string | undefined {
  return openText(
    raw,
    (line) =>
      secretStart(line) === line.length && !holdsSecretOf(env, line) && (line === '' || !isSecretWord(line, before)),
  );
}

/** Whether a secret of `env` stands in a text once more. */
function holdsSecretOf(env: Texts, text: string): boolean {
  return Object.entries(env).some(
    ([name, value]) =>
      SECRET_NAME.test(name) &&
      (value.length < MIN_SECRET_LENGTH ? value !== '' && text === value : text.includes(value)),
  );
}

/** How a server is started. */
interface CommandLine {
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Texts;
}

interface Argument {
  readonly arg: string;
  /** Empty where there is none. */
  readonly before: string;
  readonly path: string;
  /** What the file holds there, before variables were put in. */
  readonly raw: unknown;
}
