import { parseEnv } from 'node:util';
import { secretReader } from '../../config/load/secret-reader.ts';
import type { UpstreamConfig, UpstreamOauthConfig } from '../../config/reader/gateway-config.ts';
import type { Secret } from '../../config/table/table.ts';
import { codeOf } from '../../protocol/thrown-error.ts';
import type { OauthSettings } from '../../upstream/oauth/oauth-settings.ts';
import type { UpstreamSettings } from '../../upstream/upstream.ts';

/**
 * What an upstream is made of. Values that stand in files are read here, once.
 *
 * @throws {Error} Where a file with a secret can't be read, or credentials in a URL can't be decoded.
 */
export function toUpstreamSettings(entry: UpstreamConfig): UpstreamSettings {
  const { transport, oauth, ...rest } = entry;
  const reached = withSecrets(transport);
  return {
    ...rest,
    source: 'config',
    transport: reached.type === 'http' && oauth !== undefined ? { ...reached, oauth: toOauthSettings(oauth) } : reached,
  };
}

function toOauthSettings({ clientSecret, grant = 'authorization_code', ...rest }: UpstreamOauthConfig): OauthSettings {
  return {
    ...rest,
    grant,
    ...(clientSecret === undefined ? {} : { clientSecret: readSecret('oauth.clientSecretFile', clientSecret) }),
  };
}

/** Values that stand in files are read here, once, when the upstream is made. */
function withSecrets(transport: UpstreamConfig['transport']): UpstreamSettings['transport'] {
  if (transport.type === 'http') {
    const { type, url, headers, headerFiles } = transport;
    return { type, ...withoutUserinfo(url, { ...headers, ...readSecrets('headerFiles', headerFiles) }) };
  }
  const { type, command, args, env, envFiles, envFile, cwd } = transport;
  const ofFile = envFile === undefined ? {} : readVariables(envFile);
  return {
    type,
    command,
    args,
    env: { ...ofFile, ...env, ...readSecrets('envFiles', envFiles) },
    ...(cwd === undefined ? {} : { cwd }),
  };
}

/** User and password of a URL go out as HTTP Basic, which is what they mean; a header of the configuration wins. */
function withoutUserinfo(
  text: string,
  headers: Readonly<Record<string, string>>,
): { url: string; headers: Record<string, string> } {
  const url = new URL(text);
  const { username, password } = url;
  if (username === '' && password === '') {
    return { url: text, headers: { ...headers } };
  }
  const credentials = Buffer.from(`${decoded(username)}:${decoded(password)}`).toString('base64');
  url.username = '';
  url.password = '';
  const hasOwn = Object.keys(headers).some((name) => name.toLowerCase() === 'authorization');
  return { url: url.href, headers: { ...headers, ...(hasOwn ? {} : { authorization: `Basic ${credentials}` }) } };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    throw new Error('url has a user or a password with a "%" that begins no percent-encoding: write %25', {
      cause: error,
    });
  }
}

function readSecrets(key: string, files: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(files).map(([name, file]) => [name, readSecret(`${key}.${name}`, { file })]),
  );
}

/** @param key What names the file in the entry. */
function readSecret(key: string, secret: Secret): string {
  try {
    return secretReader(secret)();
  } catch (error) {
    const file = 'file' in secret ? secret.file : '';
    const code = codeOf(error);
    const why = code === 'ENOENT' ? 'there is no such file' : `it can't be read (${code})`;
    throw new Error(`${key} names the file ${file}, but ${why}`, { cause: error });
  }
}

/** The variables of a file of lines `NAME=value`, as dotenv writes them. */
function readVariables(file: string): Record<string, string> {
  const variables = parseEnv(readSecret('envFile', { file }));
  return Object.fromEntries(Object.entries(variables).map(([name, value]) => [name, value ?? '']));
}
