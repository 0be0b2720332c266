import type { QueryFault } from '@dcc-mcp/call-store/query';
import { t } from '../../text/text.ts';

/** What is wrong with a query, in the language of the page. */
export function faultText(fault: QueryFault): string {
  const { code, ...values } = fault;
  const said = 'expected' in values ? { ...values, expected: t(`query.expected.${values.expected}`, values) } : values;
  const nearest = 'nearest' in values ? [t('query.nearest', { nearest: values.nearest })] : [];
  return [t(`query.${code}`, said), ...nearest].join(' ');
}
