import type { Environment } from '@dcc-mcp/telemetry-config';
import { isJsonObject, textOf } from '../../protocol/json-rpc.ts';
import { member, valueAt } from '../reader/file-value.ts';
import type { FileObject } from './own-entry.ts';

/** What clients' own references stand for. */
export interface ReferenceContext {
  readonly env: Environment;
  /** The folder that clients call the workspace. */
  readonly workspaceFolder: string;
}

/** Sections in which such references stand. */
const SECTIONS: ReadonlySet<string> = new Set([
  'mcpServers',
  'servers',
  'context_servers',
  'mcp_servers',
  'extensions',
  'mcp',
]);

/**
 * Puts references as clients write them (`${input:key}`, `${workspaceFolder}`, `${userHome}`, `${{ secrets.KEY }}`, and
 * `$KEY` alone) into our own form, `${KEY}`. A value that a client asks its user for comes from a variable of that name.
 */
export function withOwnReferences(file: FileObject, context: ReferenceContext): FileObject {
  const defaults = inputDefaults(file);
  const toOwn = (text: string): string => ownText(text, context, defaults);
  return Object.fromEntries(
    Object.entries(file).map(([key, value]) => [key, SECTIONS.has(key) ? mapTexts(value, toOwn) : value]),
  );
}

/** `github-token` → `GITHUB_TOKEN`. */
export function toInputVariable(id: string): string {
  const name = id
    .trim()
    .replaceAll(/[^A-Za-z0-9]+/g, '_')
    .toUpperCase();
  return /^\d/.test(name) ? `INPUT_${name}` : name;
}

function ownText(
  text: string,
  { env, workspaceFolder }: ReferenceContext,
  defaults: ReadonlyMap<string, string>,
): string {
  const alone = /^\$([A-Z_][A-Z0-9_]*)$/.exec(text)?.[1];
  if (alone !== undefined && (env[alone] ?? '').trim() !== '') {
    return `\${${alone}}`;
  }
  const folder = workspaceFolder.replaceAll(/\$(?=\{)/g, '$$$$');
  return text
    .replaceAll(
      /\$\{\{\s*(?:secrets|inputs|env)\.([\w.-]+)\s*\}\}/g,
      (_match, name: string) => `\${${toInputVariable(name)}}`,
    )
    .replaceAll(/\$\{input:([^}]+)\}/g, (_match, id: string) => {
      const fallback = defaults.get(id.trim());
      return `\${${toInputVariable(id)}${fallback === undefined ? '' : `:-${fallback}`}}`;
    })
    .replaceAll(/\$\{(?:workspaceFolder|workspaceRoot|fileWorkspaceFolder)(?::[^}]*)?\}/g, () => folder)
    .replaceAll('${workspaceFolderBasename}', () => folder.split(/[/\\]/).at(-1) ?? '')
    .replaceAll('${cwd}', () => folder)
    .replaceAll(/\$\{(?:pathSeparator|\/)\}/g, '/')
    .replaceAll('${userHome}', () => `\${${(env['HOME'] ?? '') === '' ? 'USERPROFILE' : 'HOME'}}`);
}

/** What VS Code would have shown in its question. */
function inputDefaults(file: FileObject): ReadonlyMap<string, string> {
  const inputs: unknown = member(file, 'inputs') ?? valueAt(file, 'mcp.inputs');
  const entries: readonly unknown[] = Array.isArray(inputs) ? inputs : [];
  return new Map(
    entries.flatMap((input) => {
      const id = member(input, 'id');
      const fallback = member(input, 'default');
      // One with a brace could not stand in a reference.
      return typeof id === 'string' && typeof fallback === 'string' && !/[}\n]/.test(fallback)
        ? [[id, fallback] as const]
        : [];
    }),
  );
}

function mapTexts(value: unknown, map: (text: string) => string): unknown {
  if (typeof value === 'string') {
    return map(value);
  }
  if (Array.isArray(value)) {
    return value.map((item) => mapTexts(item, map));
  }
  return isJsonObject(value)
    ? Object.fromEntries(Object.entries(withNamedVariables(value)).map(([key, item]) => [key, mapTexts(item, map)]))
    : value;
}

/** Keys that name variables (Goose, Codex), as values that refer to them. */
function withNamedVariables(entry: FileObject): FileObject {
  const {
    env_keys: keys,
    env_vars: variables,
    bearer_token_env_var: bearer,
    env_http_headers: ofHeaders,
    ...rest
  } = entry;
  const passed = [keys, variables].flatMap((names): readonly unknown[] => (Array.isArray(names) ? names : []));
  const env = passed.filter((name) => typeof name === 'string').map((name) => [name, `\${${name}}`]);
  const headers = Object.entries(isJsonObject(ofHeaders) ? ofHeaders : {}).map(([name, from]) => [
    name,
    `\${${textOf(from)}}`,
  ]);
  const authorization = typeof bearer === 'string' ? [['Authorization', `Bearer \${${bearer}}`]] : [];
  return {
    ...rest,
    ...(env.length === 0
      ? {}
      : { env: { ...Object.fromEntries(env), ...objectOf(rest['envs']), ...objectOf(rest['env']) } }),
    ...(headers.length + authorization.length === 0
      ? {}
      : {
          headers: {
            ...Object.fromEntries([...headers, ...authorization]),
            ...objectOf(rest['http_headers']),
            ...objectOf(rest['headers']),
          },
        }),
  };
}

function objectOf(value: unknown): FileObject {
  return isJsonObject(value) ? value : {};
}
