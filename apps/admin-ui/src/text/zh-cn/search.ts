import type { Translation } from '../en/en.ts';
import type { search as texts } from '../en/search.ts';

export const search: Translation<typeof texts> = {
  'workflows.nothing': '还没有智能体活动。',
};
