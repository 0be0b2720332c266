import { list, boolean, choice, integer, text } from '@dcc-mcp/telemetry-config/settings';
import * as kinds from './kinds.ts';
import { setting, type SettingRows } from './setting.ts';

/** What the listener is and shows. */
export const SERVER: SettingRows<
  {
    host: string;
    port: number;
    expose: 'search' | 'all';
    trustedProxies: readonly string[];
    adminPath: string;
    admin: boolean;
    bodyLimitBytes: number;
    allowedHosts: readonly string[];
  },
  { name: string; publicUrl: string }
> = {
  host: setting('server.host', 'DCC_MCP_GATEWAY_HOST', {
    kind: kinds.hostName(),
    flag: 'host',
    fallback: '127.0.0.1',
    isGuard: true,
    description: 'Where the gateway listens. Other than loopback it needs credentials.',
  }),
  port: setting('server.port', 'DCC_MCP_GATEWAY_PORT', {
    kind: integer(0, 65_535),
    flag: 'port',
    fallback: 9_765,
    description: 'Port of the listener; 0 means any free one.',
  }),
  name: setting('server.name', 'DCC_MCP_GATEWAY_NAME', { kind: text(), description: 'What people call this gateway.' }),
  expose: setting('server.expose', 'DCC_MCP_EXPOSE', {
    kind: choice(['search', 'all']),
    flag: 'expose',
    fallback: 'search',
    description: 'search: four tools that find and call the rest. all: the tools of the upstreams themselves.',
  }),
  publicUrl: setting('server.publicUrl', 'DCC_MCP_PUBLIC_URL', {
    kind: kinds.baseUrl(),
    description: 'The URL people reach the gateway by; links begin with it, and its host passes the Host check.',
  }),
  trustedProxies: setting('server.trustedProxies', 'DCC_MCP_TRUSTED_PROXIES', {
    kind: kinds.cidrs(),
    fallback: [],
    description: 'Peers whose Forwarded and X-Forwarded-For headers are believed.',
  }),
  adminPath: setting('server.adminPath', 'DCC_MCP_ADMIN_PATH', {
    kind: kinds.routePath(),
    flag: 'adminPath',
    fallback: '/admin',
    description: 'Path of the admin page.',
  }),
  admin: setting('server.admin', 'DCC_MCP_NO_ADMIN', {
    kind: boolean(),
    flag: 'noAdmin',
    textKind: kinds.inverted(),
    fallback: true,
    description: 'Whether there is an admin page; DCC_MCP_NO_ADMIN=true says no.',
  }),
  bodyLimitBytes: setting('server.bodyLimitBytes', 'DCC_MCP_GATEWAY_HTTP_BODY_LIMIT_BYTES', {
    kind: integer(1),
    fallback: 4_194_304,
    description: 'Largest request body in bytes.',
  }),
  allowedHosts: setting('server.allowedHosts', 'DCC_MCP_ALLOWED_HOSTS', {
    kind: list('a list of host names'),
    fallback: [],
    isGuard: true,
    description: 'Host headers that are answered when the gateway is not bound to loopback; empty: any.',
  }),
};
