import { describe, expect, test } from '@jest/globals';
import { parseExposition } from './exposition-grammar.ts';

/** What exporter-prometheus 0.301 has been seen to write, and other ways to lose a target. */
const BROKEN_TEXT = {
  'a label twice': '# TYPE a gauge\na{a_b="1",a_b="2"} 1\n',
  'a label that starts with a digit': '# TYPE a gauge\na{1b="1"} 1\n',
  'an empty label name': '# TYPE a gauge\na{="1"} 1\n',
  'le twice': '# TYPE a histogram\na_bucket{le="5",le="+Inf"} 1\n',
  'a second TYPE line': '# TYPE a gauge\na 1\n# TYPE a gauge\na{b="1"} 1\n',
  'a family named like a series of another': '# TYPE h histogram\nh_count 1\n# TYPE h_count gauge\nh_count 1\n',
  'a series twice': '# TYPE a gauge\na 1\na 2\n',
  'a quote that is not escaped': '# TYPE a gauge\na{b="""} 1\n',
  'no final line feed': '# TYPE a gauge\na 1',
  'buckets that fall': '# TYPE h histogram\nh_bucket{le="1"} 2\nh_bucket{le="+Inf"} 1\n',
  'no last bucket': '# TYPE h histogram\nh_bucket{le="1"} 2\n',
};

describe('parseExposition', () => {
  test.each(Object.entries(BROKEN_TEXT))('refuses %s', (_, text) => {
    expect(() => parseExposition(text, 'prometheus')).toThrow('not so');
  });

  test('refuses OpenMetrics without its end mark', () => {
    expect(() => parseExposition('# TYPE a gauge\na 1\n', 'openmetrics')).toThrow('ends with # EOF');
  });

  test('refuses an exemplar of more than 128 characters', () => {
    const text = `# TYPE a counter\na_total 1 # {b="${'x'.repeat(128)}"} 1 1.000\n# EOF\n`;
    expect(() => parseExposition(text, 'openmetrics')).toThrow('at most 128 characters');
  });

  test('reads names, labels, values and exemplars', () => {
    const text = '# TYPE a counter\na_total{b="\\"\\\\\\n"} 1 # {c="d"} 2 3.000\n# EOF\n';
    expect(parseExposition(text, 'openmetrics')[0]?.samples).toEqual([
      {
        name: 'a_total',
        labels: new Map([['b', '"\\\n']]),
        value: 1,
        exemplar: { labels: new Map([['c', 'd']]), value: 2, seconds: 3 },
      },
    ]);
  });
});
