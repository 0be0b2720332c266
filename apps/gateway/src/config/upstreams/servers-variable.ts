import { type Environment, type Issue, parseConfigFile, substituteEnv } from '@dcc-mcp/telemetry-config';
import { readVariable } from '@dcc-mcp/telemetry-config/settings';
import { isJsonObject } from '../../protocol/json-rpc.ts';
import { withOwnReferences } from '../dialects/client-references.ts';
import type { FileObject } from '../dialects/own-entry.ts';
import { serverEntries } from '../dialects/server-entries.ts';
import { SERVERS_VARIABLE } from '../table/table.ts';

/** What `DCC_MCP_MCP_SERVERS` holds, in the place of a file. */
export type ServersVariable =
  | {
      readonly ok: true;
      /** As it is written, in the shape of a file. */
      readonly raw: FileObject;
      /** The same with variables put in, as in a file. */
      readonly file: FileObject;
      readonly issues: readonly Issue[];
    }
  | { readonly ok: false; readonly problem: string };

/** @returns `undefined` where the variable is unset. */
export function readServersVariable(env: Environment, workspaceFolder: string): ServersVariable | undefined {
  const text = readVariable(env, SERVERS_VARIABLE);
  if (text === undefined) {
    return undefined;
  }
  const parsed = parseConfigFile(text, `${SERVERS_VARIABLE}.json`);
  if (!parsed.ok) {
    return { ok: false, problem: parsed.issues[0]?.problem ?? 'it is not JSON' };
  }
  const raw = withOwnReferences(toFile(parsed.value), { env, workspaceFolder });
  const { value, issues } = substituteEnv(raw, env);
  return { ok: true, raw, file: isJsonObject(value) ? value : {}, issues };
}

/** It may hold the object of servers itself, or a whole file of a client around it. */
function toFile(value: FileObject): FileObject {
  return isJsonObject(serverEntries(value).entries) ? value : { mcpServers: value };
}
