import { toSessionEventsUri } from '@dcc-mcp/session-events';
import { textOf } from '../../protocol/json-rpc.ts';
import type { RegistryEvents } from '../../registry/events/registry-events.ts';
import { EVENTS_URI } from '../search-mode/events-resource.ts';
import { CATALOG_URI, INSTANCES_URI } from '../search-mode/gateway-resources.ts';
import { instanceNames } from '../search-mode/instance-names.ts';
import type { Broadcast } from './broadcast.ts';
import { changedLists, type ListName, type ListShapes } from './list-shapes.ts';

interface Clients {
  readonly broadcast: Broadcast;
  /** The names by which clients listen to a resource of an upstream. */
  readonly listenedAs: (instanceId: string, uri: string) => readonly string[];
  /** What the lists of clients are put together of at this moment; absent where that never changes. */
  readonly listShapes: () => ListShapes | undefined;
}

/** Tells the gateway's clients what happens at the upstreams; notifications that clients do not know are dropped. */
export function toClientNotifications({ broadcast, listenedAs, listShapes }: Clients): RegistryEvents {
  const tellLists = createListTeller(broadcast, listShapes);
  return {
    onToolsChanged() {
      tellLists(['tools']);
      broadcast.resourceUpdated(CATALOG_URI);
    },
    onInstanceChanged(instanceId) {
      tellLists([]);
      broadcast.resourceUpdated(INSTANCES_URI);
      instanceNames(instanceId).forEach((name) => broadcast.resourceUpdated(`${INSTANCES_URI}/${name}`));
    },
    onContention() {
      broadcast.resourceUpdated(EVENTS_URI);
    },
    onOutput(instanceId) {
      instanceNames(instanceId).forEach((name) => broadcast.resourceUpdated(toSessionEventsUri(name)));
    },
    onNotification(method, params, instanceId) {
      switch (method) {
        case 'notifications/resources/updated':
          listenedAs(instanceId, textOf(params?.['uri'])).forEach((uri) => broadcast.resourceUpdated(uri));
          break;
        case 'notifications/resources/list_changed':
          broadcast.listChanged('resources');
          break;
        case 'notifications/prompts/list_changed':
          broadcast.listChanged('prompts');
          break;
        default:
          break;
      }
    },
  };
}

/**
 * Tells of the lists that an event has changed, and of those that are put together otherwise since: an upstream that comes,
 * goes or makes others be called otherwise changes lists of which no upstream tells.
 */
function createListTeller(
  broadcast: Broadcast,
  listShapes: Clients['listShapes'],
): (changed: readonly ListName[]) => void {
  let told = listShapes();
  return (changed) => {
    const now = listShapes();
    const lists = new Set([...changed, ...(told === undefined || now === undefined ? [] : changedLists(told, now))]);
    told = now;
    lists.forEach((list) => broadcast.listChanged(list));
  };
}
