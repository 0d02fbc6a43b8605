// Painting the graph. How much of a node is shown depends on how close one is.
import type { GraphNode } from '@/api/types';
import { lookOf, type Tone } from '@/design/states';
import { compact, splitKey } from '@/lib/format';
import type { Size } from '@/lib/size';
import { sharesOf } from '@/lib/state-counts';
import { past } from '@/lib/time';
import { type Camera, seen } from './camera';
import { paintGlyph } from './glyphs';
import { alsoOf, BOX, type GraphModel, isGroup, stateOf, wordsOf } from './model';

const TONES = ['good', 'bad', 'busy', 'warn', 'late', 'wait', 'none'] as const satisfies readonly Tone[];

export const COLOURS = [
  'ground',
  'surface',
  'sunken',
  'selected',
  'line',
  'line-strong',
  'ink',
  'ink-2',
  'ink-3',
  'accent',
  'on-accent',
  'focus',
  ...TONES.flatMap((tone) => [`${tone}-ink`, `${tone}-fill`, `${tone}-wash`] as const),
] as const;

export type Colours = Record<(typeof COLOURS)[number], string>;

/** What is marked in the graph. */
export type Marks = {
  focus: number | undefined;
  hover: number | undefined;
  chosen: ReadonlySet<number>;
  /** What belongs to the focus; everything else steps back. */
  lit: ReadonlySet<number> | undefined;
};

export type Scene = {
  context: CanvasRenderingContext2D;
  model: GraphModel;
  camera: Camera;
  size: Size;
  colours: Colours;
  marks: Marks;
  /** Texts cut to the width of a box, by text and font. */
  cuts: Map<string, string>;
  now: number;
};

/** From here on there is room for everything, for the name alone, and for no more than a colour. */
const WORDS = 0.62;
const NAMES = 0.24;
/** How large a name is on the screen when it stands alone. */
const ALONE = 11.5;
const FAINT = 0.28;

const FONT_NAME = '500 13px "IBM Plex Sans Variable", sans-serif';
const FONT_PATH = '400 13px "IBM Plex Sans Variable", sans-serif';
const FONT_NOTE = '400 11px "IBM Plex Sans Variable", sans-serif';

export function paint(scene: Scene): void {
  const { context, camera, size, colours } = scene;
  context.fillStyle = colours.ground;
  context.fillRect(0, 0, size.width, size.height);
  context.save();
  context.translate(camera.x, camera.y);
  context.scale(camera.k, camera.k);
  paintEdges(scene);
  const shown = scene.model.within(seen(camera, size));
  if (camera.k < NAMES) paintDots(scene, shown);
  else for (const number of shown) paintNode(scene, number);
  context.restore();
}

/** Flat arrays are walked from end to end: for tens of thousands of edges that is quicker than any index. */
function paintEdges(scene: Scene): void {
  const { context, model, camera, size, colours, marks } = scene;
  const area = seen(camera, size);
  const plain = new Path2D();
  const lit = new Path2D();
  const straight = camera.k < NAMES;
  for (let each = 0; each < model.edges.length; each += 2) {
    const from = model.edges[each] ?? 0;
    const to = model.edges[each + 1] ?? 0;
    const x1 = (model.x[from] ?? 0) + BOX.width;
    const x2 = model.x[to] ?? 0;
    const y1 = (model.y[from] ?? 0) + BOX.height / 2;
    const y2 = (model.y[to] ?? 0) + BOX.height / 2;
    if (Math.max(x1, x2) < area.left || Math.min(x1, x2) > area.right) continue;
    if (Math.max(y1, y2) < area.top || Math.min(y1, y2) > area.bottom) continue;
    const path = marks.lit?.has(from) && marks.lit.has(to) ? lit : plain;
    path.moveTo(x1, y1);
    if (straight) path.lineTo(x2, y2);
    else {
      const bend = Math.max(32, (x2 - x1) / 2);
      path.bezierCurveTo(x1 + bend, y1, x2 - bend, y2, x2, y2);
    }
  }
  context.lineWidth = straight ? 0.6 / camera.k : 1.25;
  context.strokeStyle = colours['line-strong'];
  context.globalAlpha = marks.lit ? FAINT : straight ? 0.55 : 1;
  context.stroke(plain);
  context.globalAlpha = 1;
  context.lineWidth = straight ? 1.4 / camera.k : 2;
  context.strokeStyle = colours.accent;
  context.stroke(lit);
}

/** From far away a node is its colour, and all nodes of a colour are one path. */
function paintDots({ context, model, camera, colours, marks }: Scene, shown: number[]): void {
  const paths = new Map<string, Path2D>();
  const grow = Math.max(0, 2 / camera.k - BOX.height) / 2;
  for (const number of shown) {
    const node = model.nodes[number];
    if (!node) continue;
    const faint = marks.lit !== undefined && !marks.lit.has(number);
    const name = `${faint ? 'f' : ''}${toneOf(node)}`;
    const path = paths.get(name) ?? new Path2D();
    paths.set(name, path);
    path.rect(model.x[number] ?? 0, (model.y[number] ?? 0) - grow, BOX.width, BOX.height + 2 * grow);
  }
  for (const [name, path] of paths) {
    context.globalAlpha = name.startsWith('f') ? FAINT : 1;
    context.fillStyle = colours[`${name.replace(/^f/, '') as Tone}-fill`];
    context.fill(path);
  }
  context.globalAlpha = 1;
  paintFailedRings({ context, model, camera, colours }, shown);
  for (const number of [...marks.chosen, marks.hover, marks.focus]) {
    if (number === undefined) continue;
    context.lineWidth = 2.5 / camera.k;
    context.strokeStyle = number === marks.focus ? colours.focus : colours.accent;
    context.strokeRect(model.x[number] ?? 0, model.y[number] ?? 0, BOX.width, BOX.height);
  }
}

/** What failed, or failed a check, has a ring as well: where there is no room for an icon, colour must not be all that tells it. */
function paintFailedRings(
  { context, model, camera, colours }: Pick<Scene, 'context' | 'model' | 'camera' | 'colours'>,
  shown: number[],
): void {
  const width = 1.2 / camera.k;
  const rings = new Path2D();
  for (const number of shown) {
    const node = model.nodes[number];
    if (node?.state !== 'failed' && !(node?.state === 'present' && node.failed_checks)) continue;
    const x = model.x[number] ?? 0;
    const y = model.y[number] ?? 0;
    rings.rect(x - width, y - width, BOX.width + 2 * width, BOX.height + 2 * width);
  }
  context.lineWidth = width;
  context.strokeStyle = colours.ink;
  context.stroke(rings);
}

const toneOf = (node: GraphNode): Tone => lookOf('asset', stateOf(node)).tone;

function paintNode(scene: Scene, number: number): void {
  const { context, model, camera, colours, marks } = scene;
  const node = model.nodes[number];
  if (!node) return;
  const x = model.x[number] ?? 0;
  const y = model.y[number] ?? 0;
  const tone = toneOf(node);
  const chosen = marks.chosen.has(number);
  context.globalAlpha = marks.lit && !marks.lit.has(number) ? FAINT : 1;
  if (isGroup(node)) paintStack(scene, x, y);
  box(context, x, y, BOX.width, BOX.height);
  context.fillStyle = chosen ? colours.selected : number === marks.hover ? colours[`${tone}-wash`] : colours.surface;
  context.fill();
  const ring = number === marks.focus || chosen;
  context.lineWidth = Math.max(ring ? 2 : 1, (ring ? 2 : 0.8) / camera.k);
  context.strokeStyle = number === marks.focus ? colours.focus : chosen ? colours.accent : colours['line-strong'];
  context.stroke();
  context.fillStyle = colours[`${tone}-fill`];
  context.beginPath();
  context.roundRect(x, y, 5, BOX.height, [6, 0, 0, 6]);
  context.fill();
  if (camera.k < WORDS) paintName(scene, node, x, y);
  else paintWords(scene, node, x, y);
  context.globalAlpha = 1;
}

function box(context: CanvasRenderingContext2D, x: number, y: number, width: number, height: number): void {
  context.beginPath();
  context.roundRect(x, y, width, height, 6);
}

/** A group that is closed looks like a pile. */
function paintStack({ context, colours }: Scene, x: number, y: number): void {
  for (const shift of [8, 4]) {
    box(context, x + shift, y + shift, BOX.width, BOX.height);
    context.fillStyle = colours.sunken;
    context.fill();
    context.lineWidth = 1;
    context.strokeStyle = colours['line-strong'];
    context.stroke();
  }
}

/** The name alone, as large as it must be to be read from here. */
function paintName(scene: Scene, node: GraphNode, x: number, y: number): void {
  const { context, camera, colours } = scene;
  const size = Math.round(ALONE / camera.k);
  const middle = y + BOX.height / 2;
  paintGlyph(context, stateOf(node), x + 12, middle - size / 2, size, colours[`${toneOf(node)}-ink`]);
  const font = `500 ${size}px "IBM Plex Sans Variable", sans-serif`;
  const left = x + 12 + size * 1.35;
  const end = paintCheck(scene, node, x + BOX.width - 6, middle, size);
  const room = end - left;
  if (isGroup(node)) {
    text(scene, font, colours.ink, `${node.group} (${node.counts?.total ?? 0})`, left, middle + size * 0.35, room);
    return;
  }
  // The whole key where it fits, since many assets share a name, and otherwise what tells those apart.
  const { path: all, name } = splitKey(node.key);
  context.font = font;
  const path = context.measureText(node.key).width <= room ? all : (scene.model.shortPath(node.key) ?? '');
  const taken = path ? text(scene, font, colours['ink-3'], path, left, middle + size * 0.35, room) : 0;
  text(scene, font, colours.ink, name, left + taken, middle + size * 0.35, room - taken);
}

/** A check that did not pass is seen from here as well, where it is not what the node shows first; gives where it begins. */
function paintCheck({ context, colours }: Scene, node: GraphNode, right: number, middle: number, size: number): number {
  if (!node.failed_checks && !node.warned_checks) return right;
  const also = alsoOf(node);
  const state = also.includes('check_failed')
    ? 'check_failed'
    : also.includes('check_warned')
      ? 'check_warned'
      : undefined;
  if (!state) return right;
  paintGlyph(context, state, right - size, middle - size / 2, size, colours[`${lookOf('asset', state).tone}-ink`]);
  return right - size * 1.2;
}

function paintWords(scene: Scene, node: GraphNode, x: number, y: number): void {
  const { context, colours } = scene;
  const state = stateOf(node);
  paintGlyph(context, state, x + 14, y + 11, 15, colours[`${toneOf(node)}-ink`]);
  context.textBaseline = 'alphabetic';
  let left = x + 36;
  const room = x + BOX.width - 10 - left;
  if (isGroup(node)) {
    text(scene, FONT_NAME, colours.ink, node.group, left, y + 23, room);
    paintCounts(scene, node, x + 14, y + 34, paintBadges(scene, node, x + BOX.width - 12, y + 33));
    return;
  }
  const { path, name } = splitKey(node.key);
  context.font = FONT_NAME;
  const spare = Math.max(0, room - context.measureText(name).width);
  context.font = FONT_PATH;
  const short = context.measureText(path).width > spare ? scene.model.shortPath(node.key) : undefined;
  if (short) left += text(scene, FONT_PATH, colours['ink-3'], short, left, y + 23, room);
  else if (path) left += text(scene, FONT_PATH, colours['ink-3'], path, left, y + 23, spare);
  text(scene, FONT_NAME, colours.ink, name, left, y + 23, x + BOX.width - 10 - left);
  const end = paintBadges(scene, node, x + BOX.width - 10, y + 33);
  text(scene, FONT_NOTE, colours['ink-3'], noteOf(node, scene.now), x + 14, y + 44, end - (x + 14) - 6);
}

function noteOf(node: GraphNode, now: number): string {
  const state = stateOf(node);
  const word = state === 'present' && node.at ? [] : [wordsOf(node, state)];
  const when = node.at ? [past(new Date(node.at), now)] : [];
  return [...word, ...when, ...(node.kinds ?? []).slice(0, 2)].join(' · ');
}

/** What is true beside the state, from right to left; gives where the words must end. */
function paintBadges({ context, colours }: Scene, node: GraphNode, right: number, y: number): number {
  let at = right;
  const glyph = (state: string, tone: Tone) => {
    at -= 15;
    paintGlyph(context, state, at, y, 13, colours[`${tone}-ink`]);
  };
  const counted = (state: string, tone: Tone, count: number) => {
    context.font = FONT_NOTE;
    context.fillStyle = colours[`${tone}-ink`];
    const words = compact(count);
    at -= context.measureText(words).width + 2;
    context.fillText(words, at, y + 10.5);
    glyph(state, tone);
    at -= 3;
  };
  if (!node.failed_checks && !node.warned_checks && !node.late && node.staleness !== 'stale') return at;
  const also = alsoOf(node);
  // A group says how many even where that is what it shows first, since it has no room for the words.
  const shows = (state: string) => also.includes(state) || (isGroup(node) && stateOf(node) === state);
  if (also.includes('stale')) glyph('stale', 'warn');
  if (also.includes('late')) glyph('late', 'late');
  if (shows('check_warned')) counted('check_warned', 'warn', node.warned_checks ?? 0);
  if (shows('check_failed')) counted('check_failed', 'bad', node.failed_checks ?? 0);
  return at;
}

/** How the members of a group are: how many, and a bar up to where something else begins. */
function paintCounts(scene: Scene, node: GraphNode, x: number, y: number, end: number): void {
  const { context, colours } = scene;
  const { counts } = node;
  if (!counts) return;
  const wide = text(scene, FONT_NOTE, colours['ink-3'], `${compact(counts.total)} assets`, x, y + 10, 90);
  const room = Math.max(0, end - x - wide - 14);
  let left = x + wide + 8;
  for (const { state, share } of sharesOf(counts)) {
    context.fillStyle = colours[`${lookOf('asset', state).tone}-fill`];
    context.fillRect(left, y + 2, share * room, 8);
    left += share * room;
  }
}

/** Writes a text, cut to the room that there is; gives the width that it took. */
function text(scene: Scene, font: string, colour: string, words: string, x: number, y: number, room: number): number {
  const { context, cuts } = scene;
  context.font = font;
  context.fillStyle = colour;
  const key = `${font.slice(0, 8)}${Math.round(room)}${words}`;
  const cut = cuts.get(key) ?? cutText(context, words, room);
  cuts.set(key, cut);
  if (cut === '') return 0;
  context.fillText(cut, x, y);
  return context.measureText(cut).width;
}

function cutText(context: CanvasRenderingContext2D, words: string, room: number): string {
  if (context.measureText(words).width <= room) return words;
  let low = 0;
  let high = words.length;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (context.measureText(`${words.slice(0, middle)}…`).width <= room) low = middle;
    else high = middle - 1;
  }
  return low === 0 ? '' : `${words.slice(0, low)}…`;
}
