// What in the texts of a tool a person should look at. Hints are facts for a person and never decide anything.
import { isJsonObject, type JsonValue } from '../../protocol/json-rpc.ts';
import type { ToolDefinition } from './tool-definition.ts';

/** What is strange about a text. */
export type HintKind = 'hidden-unicode' | 'instructions' | 'base64';

/** One strange place. */
export interface TextHint {
  readonly kind: HintKind;
  /** Where it stands: `inputSchema.properties.path.description`. */
  readonly where: string;
  /** The place itself with a little around it, at most 120 characters; what can't be seen is written as `‹U+200B›`. */
  readonly excerpt: string;
}

const MAX_HINTS = 16;
/** Characters looked at of one tool; more than any text for a model has. */
const MAX_SCANNED = 200_000;
const MAX_EXCERPT = 120;
/** Shorter texts, as most names and words of a schema, instruct nobody. */
const MIN_INSTRUCTION = 8;
const AROUND = 30;

/** Characters that are there and not seen: direction marks, tags, joiners, selectors, controls but for line breaks and tabs, private ones. */
const UNSEEN = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\p{Default_Ignorable_Code_Point}\u2028\u2029]/gu;

/** Most texts: nothing of it is unseen. */
const PLAIN = /^[\t\n\r\u0020-\u007E]*$/;

/** Joiners and selectors are part of emoji, and joiners of scripts that need them. */
const JOINED =
  /[\p{Emoji}\p{Emoji_Modifier}\uFE0F\p{Script=Arabic}\p{Script=Devanagari}\p{Script=Bengali}\p{Script=Tamil}\p{Script=Telugu}\p{Script=Kannada}\p{Script=Malayalam}\p{Script=Sinhala}\p{Script=Khmer}]$/u;
const JOINERS = new Set(['\u200C', '\u200D', '\uFE0E', '\uFE0F']);

/** What tells a model to do something besides the tool's own job. */
const INSTRUCTIONS = [
  /\b(?:ignore|disregard|forget|override)\s+(?:all\s+|any\s+|the\s+|your\s+|these\s+){0,2}(?:previous|prior|earlier|above|other|system|existing)\b/i,
  /<\/?(?:important|system|secret|instructions?|assistant|admin|hidden)>/i,
  /\[\/?(?:INST|SYSTEM)\]|<\|(?:im_start|im_end|system|user|assistant)\|>/i,
  /\b(?:do\s+not|don['’]t|never|without)\s+(?:tell|telling|inform|informing|mention|mentioning|reveal|revealing|show|showing|notify|notifying|alert|alerting|ask|asking)\b[^.\n]{0,40}\b(?:user|human|anyone|them)\b/i,
  /\bbefore\s+(?:using|calling|invoking|running)\s+(?:this|any|the|other)\b[^.\n]{0,20}\btools?\b/i,
  /\b(?:instead\s+of|rather\s+than)\s+(?:using|calling|invoking)\b/i,
  /\bsystem\s+prompt\b/i,
  /\byou\s+(?:must|are\s+required\s+to|have\s+to|should\s+always)\b[^.\n]{0,60}\b(?:first|always|read|send|include|pass|call|append|attach)\b/i,
  /(?:~\/\.|\/\.)(?:ssh|aws|cursor|config|env|netrc|npmrc|gnupg)\b|\bid_(?:rsa|ed25519)\b/i,
  /\b(?:send|include|pass|forward|attach|append|read)\b[^.\n]{0,60}\b(?:api[ _-]?keys?|passwords?|credentials|secrets?|access\s+tokens?|private\s+keys?|conversation\s+history)\b/i,
] as const;

/** Long runs of the alphabet with capitals, small letters and digits: words and paths don't look so. */
const BASE64 = /[A-Za-z0-9+/_-]{64,}={0,2}/g;

/** The strange places in the texts of a definition, at most 16. */
export function textHints(definition: ToolDefinition): readonly TextHint[] {
  const hints: TextHint[] = [];
  let scanned = 0;
  for (const [where, text] of textsOf(definition)) {
    scanned += text.length;
    if (hints.length >= MAX_HINTS || scanned > MAX_SCANNED) {
      break;
    }
    hints.push(...hintsOf(where, text));
  }
  return hints.slice(0, MAX_HINTS);
}

/** Every text with its place, names of properties too. */
function* textsOf(definition: ToolDefinition): Generator<readonly [where: string, text: string]> {
  const left: (readonly [where: string, value: JsonValue])[] = Object.entries(definition)
    .map(([part, value]) => [part, value ?? null] as const)
    .toReversed();
  for (let next = left.pop(); next !== undefined; next = left.pop()) {
    const [where, value] = next;
    if (typeof value === 'string') {
      yield [where, value];
    } else if (Array.isArray(value)) {
      left.push(...value.map((item: JsonValue, index) => [`${where}.${index}`, item] as const).toReversed());
    } else if (isJsonObject(value)) {
      for (const key of Object.keys(value)) {
        yield [where, key];
      }
      left.push(
        ...Object.entries(value)
          .map(([key, item]) => [`${where}.${key}`, item ?? null] as const)
          .toReversed(),
      );
    }
  }
}

function hintsOf(where: string, text: string): readonly TextHint[] {
  const found = [
    ['hidden-unicode', unseenAt(text)],
    ['instructions', instructionAt(text)],
    ['base64', base64At(text)],
  ] as const;
  return found.flatMap(([kind, at]) =>
    at === undefined ? [] : [{ kind, where: seen(where).slice(0, MAX_EXCERPT), excerpt: excerptAt(text, at) }],
  );
}

function unseenAt(text: string): number | undefined {
  if (PLAIN.test(text)) {
    return undefined;
  }
  for (const { 0: character, index } of text.matchAll(UNSEEN)) {
    if (!(JOINERS.has(character) && JOINED.test(text.slice(Math.max(0, index - 2), index)))) {
      return index;
    }
  }
  return undefined;
}

function instructionAt(text: string): number | undefined {
  if (text.length < MIN_INSTRUCTION) {
    return undefined;
  }
  const places = INSTRUCTIONS.map((pattern) => text.search(pattern)).filter((at) => at >= 0);
  return places.length === 0 ? undefined : Math.min(...places);
}

function base64At(text: string): number | undefined {
  for (const { 0: run, index } of text.matchAll(BASE64)) {
    if (/[a-z]/.test(run) && /[A-Z]/.test(run) && /\d/.test(run)) {
      return index;
    }
  }
  return undefined;
}

function excerptAt(text: string, at: number): string {
  const start = Math.max(0, at - AROUND);
  const cut = seen(text.slice(start, start + MAX_EXCERPT).toWellFormed());
  return Array.from(cut).slice(0, MAX_EXCERPT).join('');
}

function seen(text: string): string {
  return writeUnseen(text).replaceAll(/\s+/g, ' ');
}

/** The text with each character that can't be seen as its code point: `‹U+200B›`. */
export function writeUnseen(text: string): string {
  return text.replaceAll(UNSEEN, (character) => {
    const digits = character.codePointAt(0)?.toString(16).toUpperCase() ?? '';
    return `‹U+${digits.padStart(4, '0')}›`;
  });
}
