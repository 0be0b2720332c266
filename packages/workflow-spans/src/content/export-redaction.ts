import { redactText } from '@dcc-mcp/bounds/redaction';
import type { Attributes } from '@opentelemetry/api';
import { type CapturePolicy, OPENINFERENCE_REDACTED } from './capture-policy.ts';
import { redactContent } from './content.ts';

/** What happens to an attribute on its way out. */
type Treatment = 'keep' | 'scan' | 'redact' | 'drop';

interface HideRule {
  readonly variable: string;
  readonly key: RegExp;
  readonly treatment: 'redact' | 'drop';
}

// OpenInference specification, "Configuration"; beyond it, inputs and outputs also stand in tool parameters, documents,
// metadata and exception events.
const HIDE_RULES: readonly HideRule[] = [
  {
    variable: 'INPUTS',
    key: /^(?:input\.value|tool\.parameters|gen_ai\.tool\.call\.arguments|metadata|reranker\.query)$/,
    treatment: 'redact',
  },
  {
    variable: 'INPUTS',
    key: /^(?:input\.mime_type|llm\.input_messages\..+|reranker\.input_documents\..+|gen_ai\.input\.messages)$/,
    treatment: 'drop',
  },
  {
    variable: 'OUTPUTS',
    key: /^(?:output\.value|gen_ai\.tool\.call\.result|exception\.message|exception\.stacktrace)$/,
    treatment: 'redact',
  },
  {
    variable: 'OUTPUTS',
    key: /^(?:output\.mime_type|llm\.output_messages\..+|retrieval\.documents\..+|reranker\.output_documents\..+|gen_ai\.output\.messages)$/,
    treatment: 'drop',
  },
  { variable: 'INPUT_MESSAGES', key: /^llm\.input_messages\..+/, treatment: 'drop' },
  { variable: 'OUTPUT_MESSAGES', key: /^llm\.output_messages\..+/, treatment: 'drop' },
  { variable: 'INPUT_IMAGES', key: /^llm\.input_messages\..+\.image\.url$/, treatment: 'redact' },
  {
    variable: 'INPUT_TEXT',
    key: /^llm\.input_messages\..+\.(?:message\.content|message_content\.text)$/,
    treatment: 'redact',
  },
  {
    variable: 'OUTPUT_TEXT',
    key: /^llm\.output_messages\..+\.(?:message\.content|message_content\.text)$/,
    treatment: 'redact',
  },
  { variable: 'PROMPTS', key: /^llm\.prompts(?:\..+)?$/, treatment: 'redact' },
  { variable: 'CHOICES', key: /^llm\.choices(?:\..+)?$/, treatment: 'redact' },
  { variable: 'LLM_INVOCATION_PARAMETERS', key: /^llm\.invocation_parameters$/, treatment: 'drop' },
  { variable: 'LLM_TOOLS', key: /^llm\.tools\..+/, treatment: 'drop' },
  { variable: 'EMBEDDINGS_VECTORS', key: /^embedding\.embeddings\..+\.embedding\.vector$/, treatment: 'redact' },
  { variable: 'EMBEDDING_VECTORS', key: /^embedding\.embeddings\..+\.embedding\.vector$/, treatment: 'redact' },
  { variable: 'EMBEDDINGS_TEXT', key: /^embedding\.embeddings\..+\.embedding\.text$/, treatment: 'redact' },
];

// Never exported, whoever wrote them.
const NEVER = /^dcc_mcp\.agent\.(?:plan|observations|reasoning_summary|metadata)(?:\.|$)/;

// Written by this package from closed sets and generated ids; anything else is scanned.
const KEEP =
  /^(?:openinference\.span\.kind|dcc_mcp\.(?:workflow\.operation|transport|trace_id|caller_trace_id|request_id|trace\.carrier|session\.source|outcome|error\.kind|policy\.outcome)|error\.type|network\.transport|mcp\.method(?:\.name)?|gen_ai\.operation\.name|(?:in|out)put\.mime_type|instance\.id)$/;

const MAX_KEYS = 4096;

/** Filters attributes on their way out; returns the same object when nothing has to change. */
export type AttributeRedaction = (attributes: Attributes) => Attributes;

/** What leaves in place of the value of one attribute; `undefined` takes the attribute away. */
export type ValueRedaction = (key: string, value: unknown) => unknown;

/** Applies `OPENINFERENCE_HIDE_*` and looks for credentials once more, whoever wrote the attribute. */
export function createAttributeRedaction(policy: CapturePolicy): AttributeRedaction {
  const redact = createValueRedaction(policy);
  return (attributes) => redactAttributes(attributes, redact);
}

/** The same for one attribute at a time. */
export function createValueRedaction(policy: CapturePolicy): ValueRedaction {
  const rules = HIDE_RULES.filter(({ variable }) => policy.hidden.has(`OPENINFERENCE_HIDE_${variable}`));
  const treatments = new Map<string, Treatment>();
  return (key, value) => {
    let treatment = treatments.get(key);
    if (treatment === undefined) {
      if (treatments.size >= MAX_KEYS) {
        treatments.clear();
      }
      treatment = decideTreatment(key, rules);
      treatments.set(key, treatment);
    }
    return redactValue(value, treatment);
  };
}

function decideTreatment(key: string, rules: readonly HideRule[]): Treatment {
  if (NEVER.test(key)) {
    return 'drop';
  }
  const matching = rules.filter((rule) => rule.key.test(key));
  if (matching.some(({ treatment }) => treatment === 'drop')) {
    return 'drop';
  }
  if (matching.length > 0) {
    return 'redact';
  }
  return KEEP.test(key) ? 'keep' : 'scan';
}

function redactAttributes(attributes: Attributes, redact: ValueRedaction): Attributes {
  let changed: Attributes | undefined;
  for (const key in attributes) {
    const value = attributes[key];
    const kept = redact(key, value);
    if (kept === value) {
      continue;
    }
    changed ??= { ...attributes };
    if (kept === undefined) {
      delete changed[key];
    } else {
      changed[key] = kept;
    }
  }
  return changed ?? attributes;
}

function redactValue(value: unknown, treatment: Treatment): unknown {
  if (treatment === 'drop') {
    return undefined;
  }
  if (treatment === 'redact') {
    return OPENINFERENCE_REDACTED;
  }
  if (treatment === 'keep') {
    return value;
  }
  if (typeof value === 'string') {
    return redactText(value);
  }
  return typeof value === 'object' && value !== null ? redactObject(value) : value;
}

function redactObject(value: object): object {
  if (value instanceof Uint8Array) {
    return value;
  }
  if (!Array.isArray(value)) {
    return Object(redactContent(value));
  }
  const isClean = value.every((item) =>
    typeof item === 'string' ? redactText(item) === item : typeof item !== 'object',
  );
  return isClean ? value : Object(redactContent(value));
}
