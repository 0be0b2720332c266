import { isJsonObject } from '../../protocol/json-rpc.ts';
import { serverEntries } from '../dialects/server-entries.ts';
import type { LoadedConfiguration } from '../load/load-configuration.ts';
import { member, valueAt } from '../reader/file-value.ts';
import { SETTINGS } from '../table/setting.ts';
import { printServer } from './print-server.ts';
import { SettingPrinter } from './print-setting.ts';
import { type NeededVariable, SecretReferences } from './secret-references.ts';

/** The effective configuration as a file would say it. */
export interface PrintedDocument {
  readonly document: Readonly<Record<string, unknown>>;
  /** What stands for secrets that the file held as they are. */
  readonly needed: readonly NeededVariable[];
}

/**
 * Puts what is in force into the shape of the file, without a secret. Feeding it back gives the same values, once the
 * variables that it names are set.
 */
export function printDocument(loaded: LoadedConfiguration): PrintedDocument {
  const references = new SecretReferences();
  const printer = new SettingPrinter(loaded, references);
  const document: Record<string, unknown> = {};
  for (const setting of SETTINGS) {
    const value = printer.print(setting);
    if (value !== undefined) {
      setAt(document, setting.path.split('.'), value);
    }
  }
  const raw = serverEntries(loaded.rawServers).entries;
  const servers = loaded.values.mcpServers.map((server) => [
    server.key,
    printServer(server, member(raw, server.key), references),
  ]);
  const tracing = printTracing(valueAt(loaded.raw, 'observability.tracing'), references);
  return {
    document: {
      ...document,
      mcpServers: Object.fromEntries(servers),
      ...(tracing === undefined ? {} : { observability: { tracing } }),
    },
    needed: references.needed,
  };
}

function setAt(object: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    object[key] = value;
    return;
  }
  const inner = object[key];
  const section: Record<string, unknown> = isJsonObject(inner) ? inner : {};
  object[key] = section;
  setAt(section, rest, value);
}

/** mcpproxy-go's block as the file has it: what it says of telemetry, no other key says. */
function printTracing(raw: unknown, references: SecretReferences): unknown {
  if (!isJsonObject(raw)) {
    return undefined;
  }
  const { endpoint } = raw;
  return {
    ...raw,
    ...(typeof endpoint === 'string'
      ? { endpoint: references.referIfSecretUrl('observability.tracing.endpoint', { url: endpoint, raw: endpoint }) }
      : {}),
  };
}
