import type { Translation } from '../en/en.ts';
import type { gateway as texts } from '../en/gateway.ts';

export const gateway: Translation<typeof texts> = {
  'instances.nothing': '没有配置服务器。',
  'json.fold': '全部折叠',
  'json.unfold': '全部展开',
  'json.items': '{n} 项',
  'json.members': '{n} 个成员',
  'json.more': '还有 {n} 项',
  'json.characters': '共 {n} 个字符；“复制值”会完整复制',
};
