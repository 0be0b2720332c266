import { ACCESS } from './access.ts';
import { HISTORY } from './history.ts';
import { METRICS } from './metrics.ts';
import { OPERATION } from './operation.ts';
import type { KindValue, Row, Rows } from './row.ts';
import { SERVER } from './server.ts';

/** The rows as they are written, so that types are made of them. */
export type Table = typeof SERVER & typeof METRICS & typeof ACCESS & typeof OPERATION & typeof HISTORY;

/** Every setting of the gateway but the upstreams, in the order of its file. */
export const TABLE: Table = { ...SERVER, ...METRICS, ...ACCESS, ...OPERATION, ...HISTORY };

/** Members of rows that nothing reads. A misspelt `isGuard` would leave open what was meant to be shut. */
type Misspelt = { [Path in keyof Table]: Exclude<keyof Table[Path], keyof Row> }[keyof Table];

/** The same for whoever goes through all of them; compiles only as long as every member of every row is known. */
export const ROWS: [Misspelt] extends [never] ? Rows : Misspelt = TABLE;

/** What is said of a section, and whether a running gateway takes a change of it over. */
export interface SectionRow {
  readonly description: string;
  readonly isLive?: boolean;
}

/** The sections of the file. */
export const SECTIONS: Readonly<Record<string, SectionRow>> = {
  server: { description: 'The listener.' },
  mcpServers: { description: 'The MCP servers behind the gateway, by name.', isLive: true },
  metrics: { description: 'The scrape endpoint.' },
  'metrics.basicAuth': { description: 'Basic credentials of the scraper.' },
  'metrics.jwt': { description: 'JWTs of the scraper.' },
  telemetry: { description: 'What OTEL_* has no word for; the rest is OTEL_*.' },
  auth: { description: 'Who may use /mcp, /v1 and the admin API.' },
  policy: { description: 'Which tools may be seen and called; empty lists restrict nothing.', isLive: true },
  limits: { description: 'How much, how often.', isLive: true },
  jobs: { description: 'Calls that go on without their caller.' },
  audit: { description: 'What is kept on disk.' },
  admin: {
    description: 'What is kept in memory of what happened. enabled and path are server.admin and server.adminPath.',
  },
  registry: { description: 'Instances that come by themselves.' },
  traffic: { description: 'Which messages trafficCapture captures.' },
};

/** The path of the gateway's file. */
export const CONFIG_VARIABLE = 'DCC_MCP_CONFIG';
/** `mcpServers` as JSON, in place of the file's. */
export const SERVERS_VARIABLE = 'DCC_MCP_MCP_SERVERS';

/** A key of the file that has a row. */
export type SettingPath = keyof Table;

/** Keys that always have a value. */
export type SettledPath = {
  [Path in SettingPath]: Table[Path] extends { readonly fallback: unknown } ? Path : never;
}[SettingPath];

/** What the reader of the row at `Path` gives. */
export type SettingValue<Path extends SettingPath> = KindValue<Table[Path]['kind']>;

/** A secret as it was written: the text itself, or the file that holds it (a trailing line break there is not part of it). */
export type Secret = { readonly text: string } | { readonly file: string };

/** The place of `Key` in a section; the name '' is the file itself. */
type In<Name extends string, Key extends string> = Name extends '' ? Key : `${Name}.${Key}`;

type KeyOf<Name extends string, Path> =
  Path extends In<Name, infer Key> ? (Key extends `${string}.${string}` ? never : Key) : never;

/** A secret's file is no key of its own. */
type IsSecretFile<Path> = Path extends `${infer Text}File` ? (Text extends SettingPath ? true : false) : false;

type KeysOf<Name extends string> = {
  [Path in SettingPath]: IsSecretFile<Path> extends true ? never : KeyOf<Name, Path>;
}[SettingPath];

type ValueIn<Path> = Path extends SettingPath
  ? `${Path}File` extends SettingPath
    ? Secret
    : SettingValue<Path>
  : never;

/** A section of `GatewayConfig`, as the table has it: keys without a fallback may be absent. */
export type Section<Name extends string> = {
  readonly [Key in KeysOf<Name> as In<Name, Key> extends SettledPath ? Key : never]: ValueIn<In<Name, Key>>;
} & {
  readonly [Key in KeysOf<Name> as In<Name, Key> extends SettledPath ? never : Key]?: ValueIn<In<Name, Key>>;
};
