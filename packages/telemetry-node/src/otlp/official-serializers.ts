import type * as Transformer from '@opentelemetry/otlp-transformer';
import { createRequire } from 'node:module';

type Serializers = typeof Transformer;

let loaded: Serializers | undefined;
let loading: Promise<void> | undefined;

/**
 * Loads OpenTelemetry's serializers, once per process. Traces over protobuf or metrics that are pulled need none of them.
 */
export function loadSerializers(): Promise<void> {
  loading ??= load();
  return loading;
}

async function load(): Promise<void> {
  loaded = await import('@opentelemetry/otlp-transformer');
}

/** The serializers at once: for a process that ends before they have been loaded. */
export function serializers(): Serializers {
  loaded ??= requireSerializers();
  return loaded;
}

function requireSerializers(): Serializers {
  const module: Serializers = createRequire(import.meta.url)('@opentelemetry/otlp-transformer');
  return module;
}
