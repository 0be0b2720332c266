import type { ResponseSurface } from '@dcc-mcp/semantic-conventions';
import type { JsonRpcRequest } from '../../protocol/json-rpc.ts';
import type { Recorder } from '../../recording/record/recorder.ts';

/** Records the answer of a tool or a list, as it went out. */
export function recordAnswer(recorder: Recorder, { method, params }: JsonRpcRequest, bytes: number): void {
  const surface = surfaceOf(method, params?.['name']);
  if (surface !== undefined) {
    recorder.record({ kind: 'answer', surface, bytes });
  }
}

function surfaceOf(method: string, tool: unknown): ResponseSurface | undefined {
  if (method === 'tools/list') {
    return 'tools_list';
  }
  if (method !== 'tools/call' || tool === 'load_skill') {
    return undefined;
  }
  return tool === 'search' || tool === 'describe' ? tool : 'call';
}
