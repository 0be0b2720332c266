import type { Translation } from '../en/en.ts';
import type { gateway as texts } from '../en/gateway.ts';

export const gateway: Translation<typeof texts> = {
  'instances.nothing': '没有配置服务器。',
};
