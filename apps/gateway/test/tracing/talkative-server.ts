import { type FakeHttp, startFakeHttp } from '../upstream/fixtures/fake-http.ts';
import { privateText, SECRETS } from './planted.ts';

/** The tools of a talkative host, one per kind of answer. */
export const TOOLS: readonly string[] = ['good', 'structured', 'failing', 'rpcerror', 'http500'];

const chatter = (value: string): object => ({ content: [{ type: 'text', text: `${value} ${SECRETS.join(' ')}` }] });

/** A host that says private things in every kind of answer. */
export function startTalkative(): Promise<FakeHttp> {
  return startFakeHttp({
    intercept({ message }, response) {
      const send = (body: object, status = 200): true => {
        response.writeHead(status, { 'content-type': 'application/json' });
        response.end(JSON.stringify({ jsonrpc: '2.0', id: message?.id, ...body }));
        return true;
      };
      if (message?.method === 'tools/list') {
        const inputSchema = { type: 'object', properties: { n: { type: 'number' }, text: { type: 'string' } } };
        return send({ result: { tools: TOOLS.map((name) => ({ name, inputSchema })) } });
      }
      switch (message?.method === 'tools/call' ? message.params?.['name'] : undefined) {
        case 'good':
          return send({ result: chatter(privateText('result')) });
        case 'structured':
          return send({ result: { content: [], structuredContent: { value: privateText('structured_result') } } });
        case 'failing':
          return send({ result: { ...chatter(privateText('tool_failure')), isError: true } });
        case 'rpcerror': {
          const words = `${privateText('rpc_error_message')} ${SECRETS.join(' ')}`;
          return send({ error: { code: -32603, message: words, data: { detail: privateText('rpc_error_data') } } });
        }
        case 'http500':
          return send({ oops: `${privateText('http_error_body')} ${SECRETS.join(' ')}` }, 500);
        default:
          return false;
      }
    },
  });
}
