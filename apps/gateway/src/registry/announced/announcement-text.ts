import { asList, isJsonObject, type JsonObject, type JsonValue } from '../../protocol/json-rpc.ts';
import { parseBoundedJson } from '../../protocol/json/bounded-json.ts';
import { type AnnouncedInstance, type GatewayAnnouncement, MAX_ANNOUNCED } from './gateway-announcements.ts';

const MAX_TEXT = 512;
const MAX_NUMBER = 2 ** 31 - 1;
const INSTANCE_ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Reads an announcement from outside; what of it is malformed is left out. */
export function readAnnouncement(text: string): GatewayAnnouncement | undefined {
  let value: unknown;
  try {
    value = parseBoundedJson(text);
  } catch {
    return undefined;
  }
  if (!isJsonObject(value)) {
    return undefined;
  }
  const { address, url, instances } = value;
  if (typeof address !== 'string' || !/^[0-9a-f-]{1,64}$/.test(address)) {
    return undefined;
  }
  const read = asList(instances)
    .slice(0, MAX_ANNOUNCED)
    .flatMap((each) => readInstance(each) ?? []);
  return { address, ...(isHttpUrl(url) ? { url } : {}), instances: read };
}

function isHttpUrl(url: JsonValue | undefined): url is string {
  if (typeof url !== 'string' || url.length > MAX_TEXT || !URL.canParse(url)) {
    return false;
  }
  const { protocol, username, password } = new URL(url);
  return /^https?:$/.test(protocol) && username === '' && password === '';
}

function readInstance(value: JsonValue): AnnouncedInstance | undefined {
  if (!isJsonObject(value)) {
    return undefined;
  }
  const { key, instanceId, dccType, affinity, coercesArguments, toolFilter } = value;
  const [concurrency, maxQueued, timeoutMillis] = [value['concurrency'], value['maxQueued'], value['timeoutMillis']];
  if (!isText(key) || !isText(instanceId) || !INSTANCE_ID.test(instanceId) || !isText(dccType)) {
    return undefined;
  }
  if (!isCount(concurrency) || !isCount(maxQueued) || !isCount(timeoutMillis)) {
    return undefined;
  }
  const { maxTimeoutMillis } = value;
  return {
    key,
    instanceId,
    dccType,
    affinity: affinity === 'main' ? 'main' : 'any',
    concurrency,
    maxQueued,
    timeoutMillis,
    ...(isCount(maxTimeoutMillis) ? { maxTimeoutMillis } : {}),
    coercesArguments: coercesArguments !== false,
    ...(isJsonObject(toolFilter) ? { toolFilter: readFilter(toolFilter) } : {}),
  };
}

function readFilter({ include, exclude }: JsonObject): NonNullable<AnnouncedInstance['toolFilter']> {
  return { include: asList(include).filter(isText), exclude: asList(exclude).filter(isText) };
}

function isText(value: JsonValue | undefined): value is string {
  return typeof value === 'string' && value !== '' && value.length <= MAX_TEXT;
}

function isCount(value: JsonValue | undefined): value is number {
  return typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= MAX_NUMBER;
}
