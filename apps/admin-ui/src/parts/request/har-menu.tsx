import type { RowIdentity } from '@dcc-mcp/call-store';
import { t } from '../../text/text.ts';
import { Menu } from '../menu/menu.tsx';
import { term } from '../query/query-terms.ts';
import { saveExport } from '../value/save-export.ts';
import { told } from '../value/told.ts';

/** Saves a request, or all of its session, as a file that the network panel of a browser opens. */
export function HarMenu({ row }: { readonly row: RowIdentity }) {
  // An address may name the request by any of its ids.
  const { row_id: id, session_id: session, session_source: source } = row;
  return (
    <Menu label={t('har.menu')}>
      <HarButton label={t('har.request')} file={id} q={term('row_id', id)} />
      {session !== undefined && source !== 'trace' && (
        <HarButton label={t('har.session')} file={`session-${session}`} q={term('session_id', session)} />
      )}
    </Menu>
  );
}

interface HarButtonProps {
  readonly label: string;
  /** What the file is of, for its name. */
  readonly file: string;
  /** Which requests, as the list of traces is asked for them. */
  readonly q: string;
}

/** Saves the requests that a query finds. */
export function HarButton({ label, file, q }: HarButtonProps) {
  const name = `dcc-mcp-${file.replaceAll(/[^\w.-]/g, '_')}.har`;
  return (
    <button type="button" onClick={() => void told(() => saveExport(name, 'export', { format: 'har', q }))}>
      {label}
    </button>
  );
}
