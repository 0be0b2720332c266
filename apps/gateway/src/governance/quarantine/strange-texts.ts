import { setImmediate as nextTurn } from 'node:timers/promises';
import type { SeenTool } from '../approvals/judge.ts';
import { isConfirmed, type Ledger } from '../approvals/ledger.ts';
import { type TextHint, textHints } from '../approvals/text-hints.ts';
import type { ToolDefinition } from '../approvals/tool-definition.ts';
import type { HeldTool, WatchedList } from './held-tool.ts';

/** A strange place in the texts of a tool. */
export interface StrangeText extends Pick<HeldTool, 'slug' | 'instanceId'> {
  readonly hint: TextHint;
}

/** How long texts are looked at in one go. */
const SLICE_MILLIS = 5;

/** Finds strange places in the texts of tools. Each text is looked at once, when somebody asks first. */
export class StrangeTexts {
  readonly #hints = new WeakMap<ToolDefinition, readonly TextHint[]>();

  /** Those of what is listed, but for what a person has approved; others have their turn in between. */
  async find(lists: Iterable<WatchedList>, { servers }: Ledger): Promise<readonly StrangeText[]> {
    const found: StrangeText[] = [];
    let since = performance.now();
    for (const { list, slugs } of lists) {
      for (const tool of list.tools) {
        if (!isConfirmed(servers.get(list.server)?.tools.get(tool.name), tool.hash)) {
          const place = { slug: slugs.get(tool.name) ?? '', instanceId: list.instance };
          found.push(...this.#hintsOf(tool).map((hint) => Object.assign({ hint }, place)));
        }
        if (performance.now() - since > SLICE_MILLIS) {
          await nextTurn();
          since = performance.now();
        }
      }
    }
    return found;
  }

  #hintsOf({ definition }: SeenTool): readonly TextHint[] {
    const known = this.#hints.get(definition) ?? textHints(definition);
    this.#hints.set(definition, known);
    return known;
  }
}
