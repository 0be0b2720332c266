import type { Environment } from '@dcc-mcp/telemetry-config';
import { nearest } from '@dcc-mcp/telemetry-config';
import { issueLine, loadConfiguration } from '../../config/load/load-configuration.ts';
import { stateFolderOf } from '../../config/load/state-folder-of.ts';
import { messageOf } from '../../protocol/thrown-error.ts';
import { toUpstreamSettings } from '../../registry/config/upstream-settings.ts';
import { FileTokenStore } from '../../upstream/oauth/file-token-store.ts';
import type { OauthSettings } from '../../upstream/oauth/oauth-settings.ts';
import type { TokenStore } from '../../upstream/oauth/token-store.ts';

/** The server that a command means, and where its tokens are kept. */
export interface OauthTarget {
  readonly key: string;
  readonly url: string;
  readonly settings: OauthSettings | undefined;
  readonly store: TokenStore;
}

/** The {@link OauthTarget}, or why there is none, in words. */
export function findOauthTarget(
  env: Environment,
  { configFile, server }: { readonly configFile: string | undefined; readonly server: string },
): OauthTarget | string {
  const { values, issues, file } = loadConfiguration({ env, configFile });
  const fatal = issues.find(({ severity }) => severity === 'fatal');
  if (fatal !== undefined) {
    return issueLine(fatal);
  }
  const entry = values.mcpServers.find(({ key }) => key === server);
  if (entry === undefined) {
    return `error: ${notThere(
      server,
      values.mcpServers.map(({ key }) => key),
      file,
    )}`;
  }
  if (entry.transport.type !== 'http') {
    return `error: ${server} is a program that the gateway starts: it needs no login`;
  }
  const folder = stateFolderOf(values, env);
  if (folder === undefined) {
    return 'error: there is no folder to keep tokens in; set DCC_MCP_STATE_DIR';
  }
  try {
    const { transport } = toUpstreamSettings(entry);
    const { url, oauth: settings } = transport.type === 'http' ? transport : { url: '', oauth: undefined };
    return { key: entry.key, url, settings, store: new FileTokenStore(folder) };
  } catch (error) {
    return `error: ${messageOf(error)}`;
  }
}

function notThere(server: string, keys: readonly string[], file: string | undefined): string {
  const where =
    file === undefined ? 'no configuration file is named; write --config FILE' : `${file} has ${keys.join(', ')}`;
  const meant = nearest(server, keys);
  return `there is no server '${server}'${meant === undefined ? '' : `, did you mean ${meant}?`}; ${where}`;
}
