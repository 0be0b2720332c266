/** Keys of clients whose absence changes nothing: names, pictures, what may be called without asking, how to connect. */
export const HARMLESS_KEYS: ReadonlySet<string> = new Set(
  `name title displayName display_name description comment note notes id tags icon iconPath faviconUrl logoUrl provider
  providerUrl version reference category autoApprove alwaysAllow autoAllow auto_approve approval trust isTrusted alwaysLoad
  dev debug gallery registryUrl installSource installPath sourceFile source settings bundled remote remoteConfigured
  watchPaths extensionName longRunning serverInstructions chatMenu lifecycle tokenCacheDir logging connectionTimeout
  initTimeout sse_read_timeout startup_timeout_sec startup_timeout_ms start_on_launch required namespace`.split(/\s+/),
);

/** What has no effect here, though whoever wrote it may rely on it. */
export const MEANT_KEYS: ReadonlyMap<string, { readonly problem: string; readonly fix: string }> = new Map([
  ['sandbox', { problem: 'servers are not put into a sandbox here', fix: 'start the server in a container' }],
  ['sandboxEnabled', { problem: 'servers are not put into a sandbox here', fix: 'start the server in a container' }],
  [
    'headersHelper',
    { problem: 'no command is run for headers here', fix: 'write headers, with values from variables' },
  ],
  [
    'auth',
    { problem: 'the gateway does not log in at servers', fix: 'write headers: { Authorization: "Bearer ${TOKEN}" }' },
  ],
  [
    'authProviderType',
    { problem: 'the gateway does not log in at servers', fix: 'write headers: { Authorization: "Bearer ${TOKEN}" }' },
  ],
]);

/** Types of entries that are no servers, and what they are. */
export const LEFT_OUT_TYPES: ReadonlyMap<string, string> = new Map([
  ['builtin', 'it is built into its client, and no server that can be started'],
  ['platform', 'it is built into its client, and no server that can be started'],
  ['frontend', 'it is built into its client, and no server that can be started'],
  ['inline_python', 'it is code inside of its client, and no server that can be started'],
]);
