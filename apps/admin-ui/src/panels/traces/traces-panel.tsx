import { t } from '../../text/text.ts';

export function TracesPanel() {
  return <h1>{t('panel.traces')}</h1>;
}
