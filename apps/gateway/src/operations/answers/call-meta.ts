import type { ValidationFacts } from '@dcc-mcp/workflow-spans';
import type { ToolRecord } from '../../catalog/tool-record.ts';
import type { JsonObject } from '../../protocol/json-rpc.ts';
import { RawJson } from '../../protocol/json/raw-json.ts';

const metas = new WeakMap<ToolRecord, RawJson>();

/** `_meta` of the answer to a call: where it ran, and what the check of its arguments did beside refusing. */
export function callMeta(record: ToolRecord, validation: ValidationFacts | undefined): RawJson {
  const notes = validationNotes(validation);
  return notes === undefined ? plainMeta(record) : toMeta(record, notes);
}

/** The same for each call of a tool. */
function plainMeta(record: ToolRecord): RawJson {
  let meta = metas.get(record);
  if (meta === undefined) {
    meta = toMeta(record, {});
    metas.set(record, meta);
  }
  return meta;
}

function toMeta({ dccType, instanceId, instanceShort }: ToolRecord, notes: JsonObject): RawJson {
  return RawJson.of({
    dcc: { dcc_type: dccType, instance_id: instanceId, instance_short: instanceShort, ...notes },
  });
}

/** `undefined` where there is nothing to be said. */
function validationNotes({ skippedReason, coercedPaths = [] }: ValidationFacts = {}): JsonObject | undefined {
  return skippedReason === undefined && coercedPaths.length === 0
    ? undefined
    : {
        ...(skippedReason === undefined ? {} : { validation: 'skipped', validation_reason: skippedReason }),
        ...(coercedPaths.length === 0 ? {} : { coerced: coercedPaths }),
      };
}
