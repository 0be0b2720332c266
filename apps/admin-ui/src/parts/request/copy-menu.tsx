import type { TraceDetail } from '@dcc-mcp/call-store';
import { t } from '../../text/text.ts';
import { Menu } from '../menu/menu.tsx';
import { copyText } from '../value/copy.tsx';
import { told } from '../value/told.ts';
import { copyForms } from './copy-forms.ts';

/** A request in every form that somebody pastes somewhere. */
export function CopyMenu({ trace }: { readonly trace: TraceDetail }) {
  return (
    <Menu label={t('copy.menu')}>
      {copyForms(trace, async () => trace).map(([label, make]) => (
        <button key={label} type="button" onClick={() => void told(async () => copyText(await make()))}>
          {label}
        </button>
      ))}
    </Menu>
  );
}
