import { NOT_USED } from '../reading/reading.ts';
import * as general from '../variables/general.ts';
import type { VariableReader } from '../variables/variable-reader.ts';
import type { ResourceDetectorName, SamplerConfig, TelemetryConfig } from './telemetry-config.ts';

/** Service name and attributes; `OTEL_SERVICE_NAME` wins over `service.name` among the attributes. */
export function readResource(reader: VariableReader): TelemetryConfig['resource'] {
  const { 'service.name': named, ...attributes } = reader.read(general.RESOURCE_ATTRIBUTES) ?? {};
  const own = reader.find(general.SERVICE_NAME);
  const serviceName = own?.value ?? (named === '' ? undefined : named);
  const found = reader.find(general.RESOURCE_ATTRIBUTES);
  if (own === undefined && serviceName !== undefined && found !== undefined) {
    reader.settle(general.SERVICE_NAME, { ...found, value: serviceName });
  } else {
    reader.settle(general.SERVICE_NAME, own);
  }
  const detectors = toDetectors(reader.read(general.NODE_RESOURCE_DETECTORS));
  return { ...(serviceName === undefined ? {} : { serviceName }), attributes, detectors };
}

function toDetectors(words: readonly general.DetectorWord[]): readonly ResourceDetectorName[] {
  if (words.includes('all')) {
    return general.ALL_DETECTORS;
  }
  const isNamed = (name: ResourceDetectorName): boolean =>
    words.includes(name) || (name === 'service' && words.includes('serviceinstance'));
  return general.ALL_DETECTORS.filter(isNamed);
}

/** The sampler; its argument counts only where a sampler that takes one was chosen. */
export function readSampler(reader: VariableReader): SamplerConfig {
  const name = reader.read(general.TRACES_SAMPLER);
  const argument = reader.find(general.TRACES_SAMPLER_ARG);
  const takesRatio = name.endsWith('traceidratio');
  if (takesRatio) {
    reader.settle(general.TRACES_SAMPLER_ARG, argument);
    return { name, ratio: argument?.value ?? general.TRACES_SAMPLER_ARG.fallback };
  }
  reader.settle(general.TRACES_SAMPLER_ARG, undefined, NOT_USED);
  if (argument !== undefined) {
    reader.note({
      variable: argument.variable,
      problem: `the sampler ${name} takes no argument, so it has no effect`,
      fix: 'set OTEL_TRACES_SAMPLER=parentbased_traceidratio',
    });
  }
  return { name, ratio: general.TRACES_SAMPLER_ARG.fallback };
}
