import type { ContentionEvent } from '@dcc-mcp/call-store';
import type { JsonObject } from '../../protocol/json-rpc.ts';

/** What the registry tells of its upstreams, for the clients of the gateway. */
export interface RegistryEvents {
  /**
   * The catalog holds other tools, or an upstream says that its tools have changed.
   *
   * @param instanceId Absent where it is no upstream that has other tools than before.
   */
  onToolsChanged(instanceId?: string): void;
  /** The row of an instance shows something else than times and counts. */
  onInstanceChanged(instanceId: string): void;
  /** The state of an instance changed, as a row of its own. */
  onContention(event: ContentionEvent): void;
  /** An instance wrote something. */
  onOutput(instanceId: string): void;
  /** A list other than that of its tools, or a resource, of an upstream has changed. */
  onNotification(method: string, params: JsonObject | undefined, instanceId: string): void;
}
