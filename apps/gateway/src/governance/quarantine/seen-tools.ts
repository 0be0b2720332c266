import type { JsonObject } from '../../protocol/json-rpc.ts';
import type { SeenTool } from '../approvals/judge.ts';
import { definitionOf, hashOf } from '../approvals/tool-definition.ts';

/** What is looked at of a tool in the catalog. */
export interface QuarantineSubject {
  readonly slug: string;
  readonly backendTool: string;
  /** The name that its host takes at any time, where it lists it under another one. */
  readonly hostName?: string;
  readonly tool: JsonObject;
  /** True for what stands for a skill that is not loaded. */
  readonly isStub: boolean;
  /** True for a tool that its host tells of and does not list. */
  readonly needsLoad: boolean;
}

/** The tools of a list under the names that stay their own, with the hash of each definition. */
export class SeenTools {
  /** A tool that is listed again as it was is not hashed again. */
  readonly #known = new WeakMap<JsonObject, SeenTool>();

  /** One for each subject, in order: each tool is judged by itself, whatever its host calls it. */
  of(subjects: readonly QuarantineSubject[]): readonly SeenTool[] {
    const taken = new Set<string>();
    return subjects.map((subject) => this.#seen(subject, taken));
  }

  /** @param taken Names of the list so far. */
  #seen({ tool, hostName, backendTool, slug }: QuarantineSubject, taken: Set<string>): SeenTool {
    const known = this.#known.get(tool);
    const name = [hostName ?? backendTool, backendTool].find((each) => !taken.has(each)) ?? slug;
    taken.add(name);
    const listed = name === backendTool ? undefined : backendTool;
    if (known !== undefined && known.name === name && known.listed === listed) {
      return known;
    }
    const definition = definitionOf(tool);
    const seen = { name, listed, definition, hash: known?.hash ?? hashOf(definition) };
    this.#known.set(tool, seen);
    return seen;
  }
}
