import { rate, ratio, sum } from '../../query/functions.ts';
import { counter, histogram } from '../../query/selectors.ts';
import type { Board } from '../panel.ts';
import { percentiles, tokens, zeroResults } from './measures.ts';

const searches = sum(rate(counter('dcc_mcp.gateway.searches')));
const followups = counter('dcc_mcp.gateway.search_followups');
const reformulations = sum(rate(counter('dcc_mcp.gateway.search_reformulations')));
const firstSuccess = histogram('dcc_mcp.gateway.search_time_to_first_success');
const duration = histogram('dcc_mcp.gateway.search_duration');
const used = sum(rate(followups));

export const SEARCH: Board = {
  id: 'search',
  title: 'MCP gateway: search quality',
  answers: 'Do agents find the tool they need, and how soon?',
  rows: [
    {
      title: 'Found or not',
      panels: [
        {
          title: 'Searches',
          asks: 'How much is searched, and with what result?',
          draw: 'stacked',
          queries: [{ expression: sum(rate(counter('dcc_mcp.gateway.searches')), ['result']), legend: '{{result}}' }],
          link: 'searches',
        },
        {
          title: 'Searches that found nothing',
          asks: 'Which share of searches finds no tool at all?',
          draw: 'lines',
          queries: [{ expression: zeroResults, legend: 'nothing found' }],
          whenEmpty: 'Nothing was searched in this time',
          link: 'searches',
        },
        {
          title: 'Asked again in other words',
          asks: 'How often was what was found not what was meant?',
          draw: 'lines',
          queries: [{ expression: ratio(reformulations, searches), legend: 'asked again' }],
          whenEmpty: 'Nothing was searched in this time',
          link: 'searches',
        },
      ],
    },
    {
      title: 'Used or not',
      panels: [
        {
          title: 'What follows a search',
          asks: 'What do agents do with what they found?',
          draw: 'stacked',
          queries: [{ expression: sum(rate(followups), ['kind']), legend: '{{kind}}' }],
        },
        {
          title: 'Used hits by rank',
          asks: 'How far down is the hit that is used? top1 is the first, top3 the second and third, top5 the fourth and fifth.',
          draw: 'stacked',
          queries: [{ expression: sum(rate(followups), ['rank_bucket']), legend: '{{rank_bucket}}' }],
        },
        {
          title: 'Used hits that were the first',
          asks: 'Is the first hit the right one?',
          draw: 'lines',
          queries: [
            {
              expression: ratio(sum(rate(counter('dcc_mcp.gateway.search_followups', { rank_bucket: 'top1' }))), used),
              legend: 'first',
            },
            {
              expression: ratio(
                sum(rate(counter('dcc_mcp.gateway.search_followups', { rank_bucket: ['top1', 'top3', 'top5'] }))),
                used,
              ),
              legend: 'among the first five',
            },
          ],
          whenEmpty: 'No hit was used in this time',
        },
      ],
    },
    {
      title: 'How soon',
      panels: [
        {
          title: 'Time to the first success',
          asks: 'How long from a search to a call of a hit that works?',
          draw: 'lines',
          queries: percentiles(firstSuccess, 0.5, 0.95),
          whenEmpty: 'No search led to a call yet',
        },
        {
          title: 'Duration of a search',
          asks: 'Is the search itself slow?',
          draw: 'lines',
          queries: percentiles(duration, 0.5, 0.99),
          whenEmpty: 'Nothing was searched yet',
        },
        {
          title: 'Tokens of answers',
          asks: 'What do search and describe cost the context of a model?',
          draw: 'stacked',
          queries: [{ expression: tokens, legend: '{{surface}}' }],
        },
      ],
    },
  ],
};
