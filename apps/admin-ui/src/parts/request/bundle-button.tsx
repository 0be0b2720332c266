import { apiUrl, ask } from '../../api/client.ts';
import { t } from '../../text/text.ts';
import { saveFile } from '../value/save-file.ts';
import { told } from '../value/told.ts';

/** Saves everything that belongs to a request as one file, which this page opens again anywhere. */
export function BundleButton({ id }: { readonly id: string }) {
  const save = async (): Promise<void> => {
    const url = apiUrl(`bundles/${encodeURIComponent(id)}`, {}, 'debug');
    const { answer } = await ask<object>(url, AbortSignal.timeout(30_000));
    saveFile(`dcc-mcp-bundle-${id}.json`, JSON.stringify(answer, undefined, 2));
  };
  return (
    <button type="button" onClick={() => void told(save)}>
      {t('bundle.save')}
    </button>
  );
}
