// Every way in from outside that is fuzzed, by name.
import type { Target } from './target.ts';
import { configFiles } from './targets/config-files.ts';
import { jsonRpc } from './targets/json-rpc.ts';
import { plainAnswers } from './targets/plain-answers.ts';
import { rest } from './targets/rest.ts';
import { sseBytes } from './targets/sse-bytes.ts';
import { stdioLines } from './targets/stdio-lines.ts';
import { toolLists } from './targets/tool-lists.ts';
import { upstreamAnswers } from './targets/upstream-answers.ts';

/** A target whose inputs are checked by itself alone. */
export type AnyTarget = Target<never>;

export const TARGETS: readonly AnyTarget[] = [
  jsonRpc,
  rest,
  upstreamAnswers,
  plainAnswers,
  toolLists,
  sseBytes,
  stdioLines,
  configFiles,
] as readonly unknown[] as readonly AnyTarget[];
