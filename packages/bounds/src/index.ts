export { BoundedMap, type BoundedMapOptions, type EvictionRule } from './bounded-map.ts';
export { Memo, memoize } from './memo.ts';
export { PendingMap } from './pending-map.ts';
export { RingBuffer } from './ring-buffer.ts';
export { truncateUtf8, type BoundedText } from './truncate-utf8.ts';
