// mcp/tasks/: the extension io.modelcontextprotocol/tasks (SEP-2663): jobs as clients of MCP 2026-07-28 meet them.
import type { JobKey } from '../../jobs/job-records.ts';
import type { Jobs } from '../../jobs/jobs.ts';
import { isJsonObject, type JsonRpcRequest } from '../../protocol/json-rpc.ts';
import {
  ERROR_INVALID_PARAMS,
  ERROR_MISSING_CAPABILITY,
  ERROR_SERVER,
  McpError,
  declaresTasks,
  TASKS_EXTENSION,
} from '../../protocol/mcp-protocol.ts';
import type { Exchange } from '../exchange/exchange.ts';
import type { McpHandler } from '../server/mcp-mode.ts';
import { taskView } from './task-view.ts';

const MAX_ID_LENGTH = 128;

/** Methods of the extension. A task that another principal has is unknown. */
export function taskHandlers(jobs: Jobs): ReadonlyMap<string, McpHandler> {
  return new Map<string, McpHandler>([
    [
      'tasks/get',
      async (request, exchange) => {
        const job = (await jobs.find(readKey(request, exchange))) ?? unknownTask();
        return taskView(job, jobs.retentionMillis);
      },
    ],
    [
      'tasks/update',
      async (request, exchange) => {
        const key = readKey(request, exchange);
        const responses = request.params?.['inputResponses'];
        if (!isJsonObject(responses)) {
          throw new McpError(ERROR_INVALID_PARAMS, 'tasks/update needs inputResponses, an object');
        }
        const outcome = await jobs.answer(key, responses);
        if (outcome === 'unreachable') {
          throw unreachable();
        }
        return outcome === 'taken' ? {} : unknownTask();
      },
    ],
    [
      'tasks/cancel',
      async (request, exchange) => {
        const job = (await jobs.cancel(readKey(request, exchange))) ?? unknownTask();
        if (job === 'unreachable') {
          throw unreachable();
        }
        return {};
      },
    ],
  ]);
}

/** What a client that does not know the extension is told where nothing goes without it. */
export function missingTasks(): McpError {
  return new McpError(ERROR_MISSING_CAPABILITY, `The client must declare the extension ${TASKS_EXTENSION}`, {
    httpStatus: 400,
    data: { requiredCapabilities: { extensions: { [TASKS_EXTENSION]: {} } } },
  });
}

function readKey({ method, params }: JsonRpcRequest, { client, principal }: Exchange): JobKey {
  if (!declaresTasks(client.capabilities)) {
    throw missingTasks();
  }
  const id = params?.['taskId'];
  if (typeof id !== 'string' || id === '' || id.length > MAX_ID_LENGTH) {
    throw new McpError(ERROR_INVALID_PARAMS, `${method} needs taskId, a string of at most ${MAX_ID_LENGTH} characters`);
  }
  return { id, owner: principal ?? '' };
}

function unreachable(): McpError {
  const message = 'The gateway that runs the task can not be reached; try again';
  return new McpError(ERROR_SERVER, message, { httpStatus: 503, retryAfterSeconds: 1 });
}

function unknownTask(): never {
  throw new McpError(ERROR_INVALID_PARAMS, 'There is no such task: it is unknown, or is kept no longer');
}
