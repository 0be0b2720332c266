import type { ResourceDetectorName, TelemetryConfig } from '@dcc-mcp/telemetry-config';
import type { Attributes } from '@opentelemetry/api';
import { cleanAttributes } from '@opentelemetry/core';
import {
  defaultResource,
  detectResources,
  hostDetector,
  osDetector,
  processDetector,
  resourceFromAttributes,
  serviceInstanceIdDetector,
  type Resource,
  type ResourceDetector,
} from '@opentelemetry/resources';
import { ATTR_SERVICE_NAME } from '@opentelemetry/semantic-conventions';
import { cleanPart, MAX_TEXT_LENGTH } from '../spans/clean-values.ts';

/** `env` stands for the attributes in the configuration itself, which always count. */
const DETECTORS: Readonly<Record<ResourceDetectorName, ResourceDetector | undefined>> = {
  env: undefined,
  host: hostDetector,
  os: osDetector,
  process: processDetector,
  service: serviceInstanceIdDetector,
};

/**
 * Who this process is: the SDK's defaults, then what the detectors find, then the application's
 * attributes, then `OTEL_RESOURCE_ATTRIBUTES` or what the configuration file says, then `OTEL_SERVICE_NAME`; the later one wins.
 */
export function createResource(config: TelemetryConfig['resource'], application: Attributes = {}): Resource {
  const detectors = config.detectors.flatMap((name) => DETECTORS[name] ?? []);
  const serviceName = config.serviceName === undefined ? {} : { [ATTR_SERVICE_NAME]: config.serviceName };
  return defaultResource()
    .merge(detectResources({ detectors }))
    .merge(resourceFromAttributes(toEncodable(application)))
    .merge(resourceFromAttributes({ ...config.attributes, ...config.typedAttributes, ...serviceName }));
}

/** A resource is part of every request: what no encoding can carry would cost all of them. */
function toEncodable(attributes: Attributes): Attributes {
  const limits = { attributeCountLimit: Infinity, attributeValueLengthLimit: MAX_TEXT_LENGTH };
  return cleanPart(attributes, limits, cleanAttributes).attributes ?? {};
}

/** Settles once attributes that take time (`host.id`) are there; never rejects, never asks twice. */
export function whenReady(resource: Resource): () => Promise<void> {
  let ready: Promise<void> | undefined;
  return () => {
    if (resource.asyncAttributesPending !== true) {
      return Promise.resolve();
    }
    ready ??= resource.waitForAsyncAttributes?.().catch(() => undefined) ?? Promise.resolve();
    return ready;
  };
}
