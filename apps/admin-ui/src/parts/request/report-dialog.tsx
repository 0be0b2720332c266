import type { IssueReport } from '@dcc-mcp/call-store/analytics';
import { useState } from 'preact/hooks';
import { apiUrl } from '../../api/client.ts';
import { useAnswer } from '../../api/use-answer.ts';
import { t } from '../../text/text.ts';
import { Dialog } from '../dialog/dialog.tsx';
import { Refused } from '../empty/refused.tsx';
import { CopyButton } from '../value/copy.tsx';
import style from './request.module.css';

/** A button that shows exactly what would leave this machine, and copies it as an issue. */
export function ReportButton({ id }: { readonly id: string }) {
  const [isShown, setShown] = useState(false);
  return (
    <>
      <button type="button" onClick={() => setShown(true)}>
        {t('report.open')}
      </button>
      {isShown && <ReportDialog id={id} onClose={() => setShown(false)} />}
    </>
  );
}

function ReportDialog({ id, onClose }: { readonly id: string; readonly onClose: () => void }) {
  const url = apiUrl(`issue-reports/${encodeURIComponent(id)}`, {}, 'debug');
  const { answer, refusal } = useAnswer<IssueReport>(url, { fixed: true });
  return (
    <Dialog title={t('report.title')} onClose={onClose}>
      {refusal !== undefined && <Refused refusal={refusal} />}
      {answer !== undefined && (
        <div class={style.report}>
          <p>{t('report.excluded', { list: answer.excluded.join(', ') })}</p>
          <pre tabIndex={0} aria-label={t('report.title')}>
            {`# ${answer.title}\n\n${answer.body}`}
          </pre>
          <div class={style.buttons}>
            <CopyButton label={t('report.copy')} text={() => `# ${answer.title}\n\n${answer.body}`} isPrimary />
            <CopyButton label={t('report.copyJson')} text={() => JSON.stringify(answer, undefined, 2)} />
          </div>
        </div>
      )}
    </Dialog>
  );
}
