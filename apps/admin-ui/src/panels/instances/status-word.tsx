import { t } from '../../text/text.ts';
import { attentionOf, type InstanceStatus } from './instance-facts.ts';

const SIGNS = { bad: '✕', warn: '▲', none: '' } as const;

/** How a server is, in a word; with a sign where it asks for attention. */
export function StatusWord({ status }: { readonly status: InstanceStatus }) {
  const attention = attentionOf(status);
  return (
    <b class={attention === 'none' ? 'soft' : attention}>
      {attention !== 'none' && <span aria-hidden="true">{SIGNS[attention]} </span>}
      {t(`instance.status.${status}`)}
    </b>
  );
}
