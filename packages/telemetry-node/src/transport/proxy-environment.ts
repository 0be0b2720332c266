import { readVariable } from '@dcc-mcp/telemetry-config/settings';

const VARIABLES = ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY'] as const;
/** This machine is reached without a proxy, whatever the environment says: `localhost`, 127.0.0.0/8, `::1`. */
const OWN_HOSTS = 'localhost,127.0.0.1-127.255.255.254,::1';

/** As Node's agents take it (`proxyEnv`, from Node 24.5 on; older ones go without a proxy). */
export type ProxyEnvironment = Readonly<Record<string, string>>;

/** What the environment of the process says of proxies at this moment. */
export function proxyEnvironment(): ProxyEnvironment | undefined {
  return readProxyEnvironment(process.env);
}

/** What `env` says of proxies; `undefined` where it names none. Blank is unset. */
export function readProxyEnvironment(env: Readonly<Record<string, string | undefined>>): ProxyEnvironment | undefined {
  const named = VARIABLES.flatMap((name) => {
    const value = readVariable(env, name);
    return value === undefined ? [] : [[name, value.includes('://') ? value : `http://${value}`] as const];
  });
  if (named.length === 0) {
    return undefined;
  }
  const without = readVariable(env, 'no_proxy') ?? readVariable(env, 'NO_PROXY');
  return { ...Object.fromEntries(named), no_proxy: without === undefined ? OWN_HOSTS : `${without},${OWN_HOSTS}` };
}
