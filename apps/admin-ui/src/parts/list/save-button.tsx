import { apiUrl, request } from '../../api/client.ts';
import type { RowListRequest } from '../../api/row-list.ts';
import type { TextKey } from '../../text/en/en.ts';
import { t } from '../../text/text.ts';
import { saveFile } from '../value/save-file.ts';
import { told } from '../value/told.ts';

/** A list as a file: where it is asked for, and as what. */
interface Export {
  readonly path: string;
  readonly kind?: string;
  readonly format?: 'csv';
  readonly file: string;
  readonly label: TextKey;
}

/** Lists that are exported. */
const EXPORTS: ReadonlyMap<string, Export> = new Map([
  ['calls', tableOf('calls')],
  ['traces', tableOf('traces')],
  ['workflows', tableOf('workflows')],
  ['search-telemetry', tableOf('searches')],
  ['traffic', { path: 'traffic/export', file: 'dcc-mcp-traffic.jsonl', label: 'traffic.save' }],
]);
const EXPORT_MILLIS = 120_000;

function tableOf(kind: string): Export {
  return { path: 'export', kind, format: 'csv', file: `dcc-mcp-${kind}.csv`, label: 'list.save' };
}

/** All rows that match, not only those in sight. */
export function SaveButton({ request: { kind: listed, q, since, until } }: { readonly request: RowListRequest }) {
  const exported = EXPORTS.get(listed);
  if (exported === undefined) {
    return null;
  }
  const { path, kind, format, file, label } = exported;
  const save = async (): Promise<void> => {
    const url = apiUrl(path, { kind, format, q, since, until });
    const response = await request(url, { signal: AbortSignal.timeout(EXPORT_MILLIS), headers: {} });
    saveFile(file, await response.text(), response.headers.get('content-type') ?? 'text/plain');
  };
  return (
    <button type="button" class="quiet" onClick={() => void told(save)}>
      {t(label)}
    </button>
  );
}
