/**
 * Variables an MCP server needs to start at all, among them where certificates are: `npx` fetches nothing without them
 * where a company has its own. Everything else of the gateway's environment (secrets!) stays here.
 */
const INHERITED: ReadonlySet<string> = new Set(
  (
    'HOME LOGNAME PATH SHELL TERM USER LANG LC_ALL TZ TMPDIR APPDATA COMSPEC HOMEDRIVE HOMEPATH LOCALAPPDATA PATHEXT ' +
    'PROCESSOR_ARCHITECTURE PROGRAMDATA PROGRAMFILES PROGRAMFILES(X86) PROGRAMW6432 SYSTEMDRIVE SYSTEMROOT TEMP TMP ' +
    'USERNAME USERPROFILE WINDIR NODE_EXTRA_CA_CERTS SSL_CERT_FILE SSL_CERT_DIR'
  ).split(' '),
);

/** The environment of a child: the harmless part of ours, and what its settings say. */
export function toChildEnv(
  ours: Readonly<Record<string, string | undefined>>,
  configured: Readonly<Record<string, string>>,
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(ours)) {
    if (value !== undefined && INHERITED.has(name.toUpperCase())) {
      env[name] = value;
    }
  }
  return { ...env, ...configured };
}
