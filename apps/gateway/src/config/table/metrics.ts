import {
  patterns,
  keyValues,
  boolean,
  filePath,
  httpUrl,
  integer,
  secret,
  text,
} from '@dcc-mcp/telemetry-config/settings';
import * as kinds from './kinds.ts';
import { setting, type SettingRows } from './setting.ts';

/** `/metrics`: whether, where, for whom. */
export const METRICS: SettingRows<
  {
    path: string;
    excludedHandlers: readonly string[];
    customLabels: Readonly<Record<string, string>>;
    scopeLabels: boolean;
  },
  {
    enabled: boolean;
    port: number;
    basicAuth: string;
    username: string;
    password: string;
    passwordFile: string;
    bearerToken: string;
    bearerTokenFile: string;
    jwtSecret: string;
    jwtSecretFile: string;
    jwksUrl: string;
    jwtAudience: string;
    jwtIssuer: string;
    namespace: string;
    subsystem: string;
  }
> = {
  enabled: setting('metrics.enabled', 'ENABLE_METRICS', {
    kind: boolean(),
    flag: 'metrics',
    defaultText: 'unset: 404, unless OTEL_METRICS_EXPORTER names prometheus',
    description: 'Whether /metrics is served. An explicit false answers 503.',
  }),
  path: setting('metrics.path', 'DCC_MCP_METRICS_PATH', {
    kind: kinds.routePath(),
    fallback: '/metrics',
    description: 'Path of the scrape endpoint.',
  }),
  port: setting('metrics.port', 'DCC_MCP_METRICS_PORT', {
    kind: integer(0, 65_535),
    description: 'A listener for /metrics alone; 0 means any free port.',
  }),
  basicAuth: setting('metrics.basicAuth', 'DCC_MCP_METRICS_BASIC_AUTH', {
    kind: secret('user:password'),
    isGuard: true,
    description: 'Basic credentials of the scraper: user:password, split at the first colon.',
  }),
  username: setting('metrics.basicAuth.username', 'DCC_MCP_METRICS_BASIC_AUTH_USERNAME', {
    kind: text(),
    isGuard: true,
    description: 'The user, where the password comes apart from it.',
  }),
  password: setting('metrics.basicAuth.password', 'DCC_MCP_METRICS_BASIC_AUTH_PASSWORD', {
    kind: secret(),
    isGuard: true,
    description: 'The password.',
  }),
  passwordFile: setting('metrics.basicAuth.passwordFile', 'DCC_MCP_METRICS_BASIC_AUTH_PASSWORD_FILE', {
    kind: filePath(),
    isGuard: true,
    description: 'A file that holds the password.',
  }),
  bearerToken: setting('metrics.bearerToken', 'DCC_MCP_METRICS_BEARER_TOKEN', {
    kind: secret(),
    isGuard: true,
    description: 'A static bearer token of the scraper.',
  }),
  bearerTokenFile: setting('metrics.bearerTokenFile', 'DCC_MCP_METRICS_BEARER_TOKEN_FILE', {
    kind: filePath(),
    isGuard: true,
    description: 'A file that holds that token.',
  }),
  jwtSecret: setting('metrics.jwt.secret', ['DCC_MCP_METRICS_JWT_SECRET', 'JWT_SECRET_KEY'], {
    kind: secret(),
    isGuard: true,
    description: "Secret of HS256 tokens; JWT_SECRET_KEY is ContextForge's name.",
  }),
  jwtSecretFile: setting('metrics.jwt.secretFile', 'DCC_MCP_METRICS_JWT_SECRET_FILE', {
    kind: filePath(),
    isGuard: true,
    description: 'A file that holds that secret.',
  }),
  jwksUrl: setting('metrics.jwt.jwksUrl', ['DCC_MCP_METRICS_JWKS_URL', 'DCC_MCP_METRICS_JWT_JWKS_URL'], {
    kind: httpUrl(),
    isGuard: true,
    description: 'Where the public keys of the tokens are (RS256, ES256, EdDSA).',
  }),
  jwtAudience: setting('metrics.jwt.audience', 'DCC_MCP_METRICS_JWT_AUDIENCE', {
    kind: text(),
    isGuard: true,
    description: 'aud of the tokens; checked only when set.',
  }),
  jwtIssuer: setting('metrics.jwt.issuer', 'DCC_MCP_METRICS_JWT_ISSUER', {
    kind: text(),
    isGuard: true,
    description: 'iss of the tokens; checked only when set.',
  }),
  excludedHandlers: setting('metrics.excludedHandlers', 'METRICS_EXCLUDED_HANDLERS', {
    kind: patterns(),
    fallback: [],
    isGuard: true,
    description: 'Regular expressions; request paths in which one is found are not measured.',
  }),
  customLabels: setting('metrics.customLabels', 'METRICS_CUSTOM_LABELS', {
    kind: keyValues(),
    fallback: {},
    description: 'Labels of the gauge app_info; few values only.',
  }),
  namespace: setting('metrics.namespace', 'METRICS_NAMESPACE', {
    kind: kinds.metricPrefix(),
    isGuard: true,
    description: 'First prefix of the request metrics; the word default means none.',
  }),
  subsystem: setting('metrics.subsystem', 'METRICS_SUBSYSTEM', {
    kind: kinds.metricPrefix(),
    isGuard: true,
    description: 'Second prefix of the request metrics; the word default means none.',
  }),
  scopeLabels: setting('metrics.scopeLabels', 'DCC_MCP_METRICS_SCOPE_LABELS', {
    kind: boolean(),
    fallback: false,
    description: 'Adds the otel_scope_* labels to every series.',
  }),
};
