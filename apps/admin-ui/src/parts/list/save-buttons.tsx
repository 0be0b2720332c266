import type { RowListRequest } from '../../api/row-list.ts';
import type { TextKey } from '../../text/en/en.ts';
import { t } from '../../text/text.ts';
import { saveExport } from '../value/save-export.ts';
import { told } from '../value/told.ts';

/** A list as a file: where it is asked for, and as what. */
interface Export {
  readonly path: string;
  readonly kind?: string;
  readonly format?: 'csv' | 'har';
  readonly file: string;
  readonly label: TextKey;
}

/** Lists that are exported. */
const EXPORTS: ReadonlyMap<string, readonly Export[]> = new Map([
  ['calls', [fileOf('calls', 'csv'), fileOf('calls', 'har')]],
  ['traces', [fileOf('traces', 'csv'), fileOf('traces', 'har')]],
  ['workflows', [fileOf('workflows', 'csv')]],
  ['search-telemetry', [fileOf('searches', 'csv')]],
  ['traffic', [{ path: 'traffic/export', file: 'dcc-mcp-traffic.jsonl', label: 'traffic.save' }]],
]);

function fileOf(kind: string, format: 'csv' | 'har'): Export {
  const label = format === 'csv' ? 'list.save' : 'list.saveHar';
  return { path: 'export', kind, format, file: `dcc-mcp-${kind}.${format}`, label };
}

/** All rows that match, not only those in sight. */
export function SaveButtons({ request: { kind: listed, q, since, until } }: { readonly request: RowListRequest }) {
  return EXPORTS.get(listed)?.map(({ path, kind, format, file, label }) => (
    <button
      key={label}
      type="button"
      class="quiet"
      onClick={() => void told(() => saveExport(file, path, { kind, format, q, since, until }))}
    >
      {t(label)}
    </button>
  ));
}
