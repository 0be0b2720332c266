export { IndexedCallStore } from './indexed-call-store.ts';
export { type IndexChange, type IndexHealth, type IndexOptions, RowIndex } from './row-index.ts';
