import type { ResponseSurface } from '@dcc-mcp/semantic-conventions';
import type { JsonRpcRequest } from '../../protocol/json-rpc.ts';
import type { Recorder } from '../../recording/record/recorder.ts';

/** Records the answer to a request for a tool or a list, and how many bytes went out. */
export type RecordAnswer = (request: JsonRpcRequest, bytes: number) => void;

/** @param exposesAll Whether tools are those of the servers, whatever they are called. */
export function answerRecording(recorder: Recorder, exposesAll: boolean): RecordAnswer {
  return ({ method, params }, bytes) => {
    const surface = surfaceOf(method, exposesAll ? undefined : params?.['name']);
    if (surface !== undefined) {
      recorder.record({ kind: 'answer', surface, bytes });
    }
  };
}

/** @param tool Absent where it is none of the gateway's own. */
function surfaceOf(method: string, tool: unknown): ResponseSurface | undefined {
  if (method === 'tools/list') {
    return 'tools_list';
  }
  if (method !== 'tools/call' || tool === 'load_skill') {
    return undefined;
  }
  return tool === 'search' || tool === 'describe' ? tool : 'call';
}
