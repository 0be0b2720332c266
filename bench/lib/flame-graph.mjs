// A CPU profile as a picture: each frame as wide as the time below it, callers above what they call.
import { createSourceNames, NOTHING } from './profile-by-source.mjs';

const WIDTH = 1_200;
const ROW = 17;
const TOP = 44;
const LETTER = 6.2;
/** What takes less of the time is left out: nobody could point at it. */
const MIN_SHARE = 0.004;

/** Whose code a frame is, by its source, and its colour: readable under black letters, on dark and light pages. */
const OWNERS = [
  {
    name: 'of V8 and the system',
    colour: '#b8bfc7',
    owns: (source) => !/[/.:]/.test(source) || source.startsWith('('),
  },
  { name: 'of Node', colour: '#9fc7e8', owns: (source) => source.startsWith('node:') || source.startsWith('wasm:') },
  { name: 'of this repository', colour: '#f2b872', owns: (source) => /^(?:@dcc-mcp|src|dist)\//.test(source) },
  { name: 'of libraries', colour: '#b5d6a0', owns: () => true },
];

const escapeMarkup = (text) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

/** Time by frame and caller, in microseconds; functions of one name and source are one frame. */
function toTree({ nodes, samples, timeDeltas }) {
  const sourceOf = createSourceNames();
  const own = new Map();
  samples.forEach((id, index) => own.set(id, (own.get(id) ?? 0) + timeDeltas[index]));
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const grow = (frame, { id, children = [] }) => {
    let micros = own.get(id) ?? 0;
    for (const child of children.map((each) => byId.get(each))) {
      const { functionName } = child.callFrame;
      const source = sourceOf(child.callFrame);
      if (!NOTHING.includes(functionName) && !NOTHING.includes(source)) {
        const key = `${functionName} ${source}`;
        const below = frame.below.get(key) ?? {
          name: functionName || '(anonymous)',
          source,
          micros: 0,
          below: new Map(),
        };
        frame.below.set(key, below);
        micros += grow(below, child);
      }
    }
    frame.micros += micros;
    return micros;
  };
  const root = { name: 'all', source: '(root)', micros: 0, below: new Map() };
  grow(root, nodes[0]);
  return root;
}

/**
 * Draws a profile.
 *
 * @param profile As the inspector gives it (`.cpuprofile`).
 * @returns An SVG of its own, without a script: names and shares are titles of its frames.
 */
export function flameGraph(profile, title) {
  const root = toTree(profile);
  const frames = [];
  let depth = 0;
  const shareOf = ({ micros }) => micros / root.micros;
  const draw = (frame, level, left) => {
    depth = Math.max(depth, level);
    frames.push(frameOf(frame, { level, left, share: shareOf(frame) }));
    let at = left;
    for (const below of [...frame.below.values()].toSorted((a, b) => b.micros - a.micros)) {
      if (shareOf(below) >= MIN_SHARE) {
        draw(below, level + 1, at);
        at += shareOf(below) * WIDTH;
      }
    }
  };
  draw(root, 0, 0);
  const height = TOP + (depth + 1) * ROW;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="11">
<rect width="${WIDTH}" height="${height}" fill="#fff"/>
<text x="4" y="15" font-size="13">${escapeMarkup(title)}</text>
${legend()}
${frames.join('\n')}
</svg>
`;
}

function legend() {
  const width = 170;
  return OWNERS.map(
    ({ name, colour }, index) =>
      `<rect x="${4 + index * width}" y="23" width="11" height="11" fill="${colour}"/><text x="${19 + index * width}" y="33">${name}</text>`,
  ).join('\n');
}

function frameOf({ name, source }, { level, left, share }) {
  const width = share * WIDTH;
  const { colour } = OWNERS.find(({ owns }) => owns(source));
  const place = { x: left.toFixed(1), y: TOP + level * ROW };
  const told = escapeMarkup(`${name} (${source}): ${(share * 100).toFixed(1)} %`);
  const letters = Math.floor((width - 4) / LETTER);
  const text =
    letters < 3
      ? ''
      : `<text x="${(left + 3).toFixed(1)}" y="${place.y + 12}">${escapeMarkup(name.slice(0, letters))}</text>`;
  return `<g><title>${told}</title><rect x="${place.x}" y="${place.y}" width="${Math.max(width - 0.5, 0.5).toFixed(1)}" height="${ROW - 1}" fill="${colour}"/>${text}</g>`;
}
