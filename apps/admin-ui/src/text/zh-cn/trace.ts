import type { Translation } from '../en/en.ts';
import type { trace as en } from '../en/trace.ts';

export const trace: Translation<typeof en> = {
  'trace.find': '在此链路中查找',
  'trace.matchesOnly': '仅显示匹配',
  'trace.pill.errors': '错误',
  'trace.pill.slow': '较慢',
  'trace.pill.critical': '在关键路径上',
  'trace.pill.matches': '匹配',
  'trace.zoomIn': '放大',
  'trace.zoomOut': '缩小',
  'trace.fit': '全部',
  'trace.span': '跨度',
  'trace.time': '时间',
  'trace.ruler': '拖动选择一段查看；Ctrl 加滚轮可缩放',
  'trace.fold': '折叠',
  'trace.unfold': '展开',
  'trace.repeats': '合计 {all}，最长 {longest}',
  'trace.logical': '逻辑视图',
  'trace.logical.title': '折叠一切正常时仅传递请求的部分：上游跳转、等待、应答（f）',
  'trace.plumbing': '已折叠 {n} 个跨度：{names}',
  'trace.started': '开始于',
  'trace.exported': '已导出',
  'trace.notExported': '否：仅保留在此',
  'trace.requests': '此链路的请求',
  'trace.thisOne': '当前',
};
