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

/** The variables that grpc-js reads, the first of them first. */
const GRPC_VARIABLES = ['grpc_proxy', 'https_proxy', 'http_proxy'] as const;

/** The proxy that grpc-js finds in the environment of the process at this moment, whatever the target. */
export function grpcProxy(): NamedProxy | undefined {
  const variable = GRPC_VARIABLES.find((name) => (process.env[name] ?? '') !== '');
  const text = variable === undefined ? '' : (process.env[variable] ?? '');
  return variable === undefined || !URL.canParse(text) ? undefined : { variable, url: new URL(text) };
}

/** The proxy of requests to one URL, but where `no_proxy` names its host. */
export interface NamedProxy {
  /** The variable that names it. */
  readonly variable: string;
  readonly url: URL;
}

/**
 * The proxy that `env` names for `url`, by its scheme.
 *
 * @throws {TypeError} When what it names is no URL; the text is not repeated, because it may hold a password.
 */
export function proxyFor(
  { protocol }: Pick<URL, 'protocol'>,
  env: ProxyEnvironment | undefined,
): NamedProxy | undefined {
  const name = protocol === 'https:' ? 'https_proxy' : 'http_proxy';
  const variable = env?.[name] === undefined ? name.toUpperCase() : name;
  const text = env?.[variable];
  if (text === undefined) {
    return undefined;
  }
  if (!URL.canParse(text)) {
    throw new TypeError(`${variable} names no proxy: it is no URL`);
  }
  return { variable, url: new URL(text) };
}
