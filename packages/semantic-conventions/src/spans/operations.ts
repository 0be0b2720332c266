/** Search the catalog; OpenInference kind CHAIN. */
export const OPERATION_SEARCH = 'gateway.search';
/** Look at one tool. */
export const OPERATION_DESCRIBE = 'gateway.describe';
/** Load one skill (a group of tools). */
export const OPERATION_LOAD_SKILL = 'gateway.load_skill';
/** Call one tool. */
export const OPERATION_CALL = 'gateway.call';
/** Call tools in order; each item is an `OPERATION_CALL` of its own. */
export const OPERATION_CALL_BATCH = 'gateway.call_batch';

/** The workflow operations: names of their spans and values of `dcc_mcp.workflow.operation`. */
export const OPERATIONS = [
  'gateway.search',
  'gateway.describe',
  'gateway.load_skill',
  'gateway.call',
  'gateway.call_batch',
] as const;

/** One of {@link OPERATIONS}. */
export type Operation = (typeof OPERATIONS)[number];
