import { list, splitList } from '@dcc-mcp/telemetry-config/settings';
import { isJsonObject, type JsonObject } from '../../protocol/json-rpc.ts';
import { counted } from '../../protocol/printable-text.ts';
import { settingAt } from '../table/setting.ts';
import type { Secret } from '../table/table.ts';
import { member, valueAt } from './file-value.ts';
import type { AuthConfig, AuthToken } from './gateway-config.ts';
import { readSection } from './read-section.ts';
import type { SettingReader } from './setting-reader.ts';

const EXPECTED = '{ token | tokenFile, name, dccTypes }';

/** Reads who may come in. Tokens of the environment take the place of the file's. */
export function readAuth(reader: SettingReader): AuthConfig {
  const auth = readSection(reader, 'auth', { tokens: () => readTokens(reader), tokenFile: () => undefined });
  const { jwksUrl, audience, issuer } = auth;
  if (jwksUrl === undefined && (audience !== undefined || issuer !== undefined)) {
    const problem = 'an audience or issuer is set, but no keys to check a token with';
    reader.note({ variable: 'auth', problem, fix: 'set DCC_MCP_AUTH_JWKS_URL', severity: 'fatal' });
  }
  return auth;
}

const TOKENS = settingAt('auth.tokens');
const TOKEN_FILE = settingAt('auth.tokenFile');

function readTokens(reader: SettingReader): readonly AuthToken[] {
  const texts = reader.findOutsideFile(TOKENS);
  const file = reader.findOutsideFile(TOKEN_FILE);
  if (texts === undefined && file === undefined) {
    return readFileTokens(reader);
  }
  const given = splitList(texts?.value ?? '').map((token): Secret => ({ text: token }));
  const secrets = [...given, ...(file === undefined ? [] : [{ file: file.value }])];
  if (secrets.length === 0 && texts !== undefined) {
    reader.note({ variable: texts.place, problem: 'it holds no token', severity: 'fatal' });
  }
  const place = texts ?? file;
  if (place !== undefined) {
    reader.settleFound(TOKENS.path, place, count(secrets.length));
  }
  return secrets.map((token) => ({ token, dccTypes: [] }));
}

function count(tokens: number): string {
  return `${counted(tokens, 'token')} ***`;
}

function readFileTokens(reader: SettingReader): readonly AuthToken[] {
  const fromKey = reader.find(TOKEN_FILE);
  const given = valueAt(reader.file, TOKENS.path);
  const entries = toEntries(reader, given);
  const tokens = entries.flatMap((entry, index) => {
    const token = toToken(reader, entry, `${TOKENS.path}[${index}]`);
    return token === undefined ? [] : [token];
  });
  noteRepeated(reader, tokens);
  if (fromKey !== undefined) {
    tokens.push({ token: { file: fromKey.value }, dccTypes: [] });
  }
  const source = tokens.length === 0 ? 'default' : 'file';
  reader.settle(TOKENS.path, { source, text: tokens.length === 0 ? 'none' : count(tokens.length) });
  return tokens;
}

/** Of one token that stands twice, it would be chance whose rights count. */
function noteRepeated(reader: SettingReader, tokens: readonly AuthToken[]): void {
  const seen = new Map<string, number>();
  for (const [index, { token }] of tokens.entries()) {
    const text = 'text' in token ? token.text : undefined;
    const first = text === undefined ? undefined : seen.get(text);
    if (first !== undefined) {
      const problem = `it is the same token as ${TOKENS.path}[${first}]`;
      reader.note({ variable: `${TOKENS.path}[${index}]`, problem, fix: 'give each its own', severity: 'fatal' });
    } else if (text !== undefined) {
      seen.set(text, index);
    }
  }
}

/** The entries of the list; a text is the comma list that the variable holds, too. */
function toEntries(reader: SettingReader, given: unknown): readonly unknown[] {
  const texts = typeof given === 'string' ? splitList(given) : undefined;
  if (texts !== undefined && texts.length > 0) {
    return texts.map((token) => ({ token }));
  }
  if (given !== undefined && given !== null && !Array.isArray(given)) {
    const problem = texts === undefined ? 'it is not a list' : 'it is empty';
    reader.note({ variable: TOKENS.path, problem, expected: `a list of ${EXPECTED}`, severity: 'fatal' });
  }
  return Array.isArray(given) ? given : [];
}

function toToken(reader: SettingReader, entry: unknown, variable: string): AuthToken | undefined {
  const refuse = (problem: string): undefined => {
    reader.note({ variable, problem, expected: EXPECTED, severity: 'fatal' });
    return undefined;
  };
  if (!isJsonObject(entry)) {
    return refuse('it is not an object');
  }
  const token = toSecret(entry);
  if (token === undefined) {
    return refuse('it needs either a token or a tokenFile, as a text that is not empty');
  }
  const name = member(entry, 'name');
  if (name !== undefined && typeof name !== 'string') {
    return refuse('its name is not a text');
  }
  const dccTypes = list().fromJson(member(entry, 'dccTypes') ?? []);
  if (dccTypes.value === undefined) {
    const problem = dccTypes.issues[0]?.problem ?? 'it is not a list of words';
    return refuse(`its dccTypes: ${problem}; leave them out for a token of every DCC type`);
  }
  const scope = dccTypes.value.map((type) => type.toLowerCase());
  return { token, dccTypes: scope, ...(name === undefined ? {} : { name }) };
}

function toSecret(entry: JsonObject): Secret | undefined {
  const text = member(entry, 'token');
  const file = member(entry, 'tokenFile');
  if ((text === undefined) === (file === undefined)) {
    return undefined;
  }
  if (typeof text === 'string' && text.trim() !== '') {
    return { text: text.trim() };
  }
  return typeof file === 'string' && file.trim() !== '' ? { file: file.trim() } : undefined;
}
