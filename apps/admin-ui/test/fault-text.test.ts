import { parseQuery, QUERY_FIELDS, type QueryIssue } from '@dcc-mcp/call-store/query';
import { afterEach, describe, expect, test } from '@jest/globals';
import { faultText } from '../src/parts/query/fault-text.ts';
import { language } from '../src/state/preferences.ts';
import { loadTexts } from '../src/text/text.ts';

const WRONG = [
  ['too-long', 'a'.repeat(2049)],
  ['too-many', 'a '.repeat(65)],
  ['nothing-before', 'OR a'],
  ['nothing-after', 'a AND'],
  ['unknown-field', 'tol=a'],
  ['unknown-field', `${'x'.repeat(80)}=a`],
  ['wrong-operator', 'duration_ms~2'],
  ['wrong-value', 'outcome=okk'],
  ['wrong-value', 'duration_ms>fast'],
  ['wrong-value', 'timestamp>yesterday'],
  ['wrong-value', 'success=maybe'],
  ['wrong-value', 'retries=few'],
  ['wrong-value', 'input_bytes>large'],
  ['negation', '-outcome=ok'],
  ['value-missing', 'tool='],
  ['open-quote', '"a'],
  ['lone-operator', '= a'],
  ['unquoted-operator', 'tool=>a'],
  ['brackets', '(a)'],
  ['text-behind-quote', '"a"b'],
] as const;

function issueOf(text: string): QueryIssue {
  const reading = parseQuery(text, QUERY_FIELDS.calls);
  if (reading.ok) {
    throw new Error(`${text} is a query`);
  }
  return reading.issue;
}

describe('what is wrong with a query', () => {
  afterEach(() => {
    language.value = 'en';
  });

  test.each(WRONG)('is said in English as the API says it: %s', (code, text) => {
    const { fault, message } = issueOf(text);
    expect(fault.code).toBe(code);
    expect(faultText(fault)).toBe(message);
  });

  test.each(WRONG)('is said in Chinese, with all its gaps filled: %s', async (_code, text) => {
    language.value = 'zh-CN';
    await loadTexts();
    const said = faultText(issueOf(text).fault);
    expect(said).toMatch(/\p{Script=Han}/u);
    expect(said).not.toMatch(/[{}]|Did you mean/);
  });
});
