// arguments/: the arguments of a call, checked against the tool's schema within bounds of time.
import type { ToolRecord } from '../catalog/tool-record.ts';
import type { JsonObject } from '../protocol/json-rpc.ts';
import type { RawJson } from '../protocol/json/raw-json.ts';
import { readArguments } from './argument-form.ts';
import { schemaValidator, type ArgumentFailure } from './schema-validator.ts';

/** The arguments as an object, or what is wrong with them. */
export type ArgumentValidation =
  | {
      readonly ok: true;
      readonly value: JsonObject;
      /** The same as they came, for the upstream. */
      readonly raw: RawJson;
    }
  | {
      readonly ok: false;
      /** `schema-unavailable`: the upstream's schema is no JSON Schema, so nothing can be said about the arguments. */
      readonly kind: 'invalid-params' | 'schema-unavailable';
      readonly message: string;
      readonly failures: readonly ArgumentFailure[];
    };

/**
 * Checks the arguments of a call against the tool's input schema before the hop. An object, or a string that holds one
 * as JSON, is accepted; absent and null mean `{}`.
 */
export function validateArguments(record: ToolRecord, args: unknown): ArgumentValidation {
  const form = readArguments(args);
  if (!form.ok) {
    return {
      ok: false,
      kind: 'invalid-params',
      message: form.message,
      failures: [{ path: '', message: form.message }],
    };
  }
  const validator = schemaValidator(record.tool['inputSchema']);
  if (validator.kind === 'none') {
    return form;
  }
  if (validator.kind === 'invalid') {
    const message = `The input schema of ${record.backendTool} cannot be used: ${validator.reason}`;
    return { ok: false, kind: 'schema-unavailable', message, failures: [] };
  }
  const failures = validator.check(form.value);
  if (failures.length === 0) {
    return form;
  }
  return { ok: false, kind: 'invalid-params', message: describeFailures(record, failures), failures };
}

function describeFailures(record: ToolRecord, failures: readonly ArgumentFailure[]): string {
  const list = failures.map(({ path, message }) => (path === '' ? message : `${path} ${message}`)).join('; ');
  return `Invalid arguments for ${record.backendTool}: ${list}`;
}
