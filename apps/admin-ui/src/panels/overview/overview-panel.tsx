import { t } from '../../text/text.ts';

export function OverviewPanel() {
  return <h1>{t('panel.overview')}</h1>;
}
