import type { Translation } from '../en/en.ts';
import type { requests as texts } from '../en/requests.ts';

export const requests: Translation<typeof texts> = {
  'column.time': '时间',
  'column.outcome': '结果',
  'column.tool': '工具',
  'column.app': '应用',
  'column.agent': '智能体',
  'column.output': '输出',
  'column.share': '耗时去向',
  'column.duration': '用时',
  'share.queue': '排队',
  'share.gateway': '网关',
  'share.upstream': '服务器',
  'counts.failed': '失败',
  'calls.nothing': '还没有调用过任何工具。把智能体指向此网关，或运行演示：npm run demo:agent。',
};
