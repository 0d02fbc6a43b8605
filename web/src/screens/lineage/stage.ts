// The canvas as a thing of its own: it holds the camera, hears the pointer, and paints when something changed. React tells it
// what to show and is told what was done.
import type { Size } from '@/lib/size';
import { type Camera, fitBox, lookAt, opening, pan, reveal, toScreen, toWorld, zoomAt } from './camera';
import { BOX, type Box, GraphModel } from './model';
import { type Colours, type Marks, paint } from './paint';
import { Pointers } from './pointers';

export type StageEvents = {
  onPick: (number: number | undefined) => void;
  onToggle: (number: number) => void;
  onOpen: (number: number) => void;
  /** A frame was drawn around these. */
  onLasso: (numbers: number[]) => void;
};

/** A picture that takes longer than this to paint is moved as a picture while one drags or zooms. */
const SLOW_MS = 12;
const REST_MS = 90;
const GLIDE_MS = 180;

const NO_MARKS: Marks = { focus: undefined, hover: undefined, chosen: new Set(), lit: undefined };

export class Stage {
  private model = new GraphModel({ nodes: [], edges: [] });
  private camera: Camera = { x: 0, y: 0, k: 1 };
  private size: Size = { width: 0, height: 0 };
  private colours: Colours | undefined;
  private marks = NO_MARKS;
  private lasso: Box | undefined;
  /** What is covered at the right and at the bottom, so that nothing is brought into view there. */
  private covered = { right: 0, bottom: 0 };
  private fitted = false;
  private frame = 0;
  private glide = 0;
  private cuts = new Map<string, string>();
  private cost = 0;
  private painted = { at: 0, camera: this.camera };
  private picture: OffscreenCanvas | undefined;
  private resting: ReturnType<typeof setTimeout> | undefined;
  private readonly context: CanvasRenderingContext2D;
  private readonly pointers: Pointers;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    events: StageEvents,
  ) {
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('this browser gives no canvas to paint on');
    this.context = context;
    this.pointers = new Pointers(canvas, {
      onPan: (dx, dy) => this.move(pan(this.camera, dx, dy)),
      onZoom: (point, factor) => this.move(zoomAt(this.camera, point, factor)),
      onHover: (point) => this.hover(point && this.nodeAt(point)),
      onTap: (point, { shift }) => {
        const number = this.nodeAt(point);
        if (shift && number !== undefined) events.onToggle(number);
        else events.onPick(number);
      },
      onDoubleTap: (point) => {
        const number = this.nodeAt(point);
        if (number !== undefined) events.onOpen(number);
      },
      onLasso: (box, end) => {
        const world = this.worldBox(box);
        this.lasso = end ? undefined : box;
        if (end) events.onLasso(this.model.within(world));
        this.request();
      },
    });
  }

  destroy(): void {
    this.pointers.destroy();
    cancelAnimationFrame(this.frame);
    cancelAnimationFrame(this.glide);
    clearTimeout(this.resting);
  }

  /** Shows a graph. Where one looks from stays, unless other nodes are shown than before. */
  show(model: GraphModel): void {
    const before = this.model;
    this.model = model;
    const same =
      before.nodes.length === model.nodes.length &&
      before.nodes.every(({ key }, each) => model.nodes[each]?.key === key);
    if (!same && !this.keepPlace(before)) this.fitted = false;
    this.settle();
  }

  mark(marks: Omit<Marks, 'hover'>): void {
    this.marks = { ...marks, hover: this.marks.hover };
    this.request();
  }

  paintIn(colours: Colours): void {
    this.colours = colours;
    this.request();
  }

  resize(size: Size): void {
    if (size.width === 0 || size.height === 0) return;
    const ratio = globalThis.devicePixelRatio || 1;
    this.size = size;
    this.canvas.width = Math.round(size.width * ratio);
    this.canvas.height = Math.round(size.height * ratio);
    this.picture = undefined;
    this.settle();
  }

  cover(covered: { right: number; bottom: number }): void {
    this.covered = covered;
  }

  /** Texts are measured anew, since their font has come. */
  fontsCame(): void {
    this.cuts.clear();
    this.request();
  }

  fit(): void {
    this.glideTo(fitBox(this.model.bounds, this.size));
  }

  zoom(factor: number): void {
    this.glideTo(zoomAt(this.camera, { x: this.size.width / 2, y: this.size.height / 2 }, factor));
  }

  /** Brings a node into view: `closely` in the middle and near, otherwise with the least movement. */
  reveal(number: number, how: 'closely' | 'barely'): void {
    const box = this.boxOf(number);
    const { width, height } = this.size;
    const free = { width: width - this.covered.right, height: height - this.covered.bottom };
    this.fitted = true;
    this.glideTo(how === 'closely' ? lookAt(this.camera, box, free) : reveal(this.camera, box, free));
  }

  /** A node to start from when none is in focus: the leftmost that is seen, from the top. */
  first(): number | undefined {
    const seen = this.model.within(
      this.worldBox({ left: 0, top: 0, right: this.size.width, bottom: this.size.height }),
    );
    const place = (number: number) => (this.model.x[number] ?? 0) * 1e6 + (this.model.y[number] ?? 0);
    return seen.reduce<number | undefined>(
      (best, each) => (best === undefined || place(each) < place(best) ? each : best),
      undefined,
    );
  }

  private settle(): void {
    if (!this.fitted && this.size.width > 0 && this.model.nodes.length > 0) {
      this.camera = opening(this.model, this.size);
      this.fitted = true;
    }
    this.request();
  }

  /** When a group opens or closes, what is in focus stays where it is on the screen. */
  private keepPlace(before: GraphModel): boolean {
    const node = this.marks.focus === undefined ? undefined : before.nodes[this.marks.focus];
    const now = this.model.numberOf(node?.key);
    if (!node || now === undefined) return false;
    const was = toScreen(this.camera, node);
    const is = toScreen(this.camera, { x: this.model.x[now] ?? 0, y: this.model.y[now] ?? 0 });
    this.camera = pan(this.camera, was.x - is.x, was.y - is.y);
    return true;
  }

  private boxOf(number: number): Box {
    const left = this.model.x[number] ?? 0;
    const top = this.model.y[number] ?? 0;
    return { left, top, right: left + BOX.width, bottom: top + BOX.height };
  }

  private nodeAt(point: { x: number; y: number }): number | undefined {
    const { x, y } = toWorld(this.camera, point);
    return this.model.at(x, y);
  }

  private worldBox({ left, top, right, bottom }: Box): Box {
    const a = toWorld(this.camera, { x: left, y: top });
    const b = toWorld(this.camera, { x: right, y: bottom });
    return { left: Math.min(a.x, b.x), top: Math.min(a.y, b.y), right: Math.max(a.x, b.x), bottom: Math.max(a.y, b.y) };
  }

  private hover(number: number | undefined): void {
    if (this.marks.hover === number) return;
    this.canvas.style.cursor = number === undefined ? '' : 'pointer';
    this.marks = { ...this.marks, hover: number };
    this.request();
  }

  private move(camera: Camera): void {
    cancelAnimationFrame(this.glide);
    this.fitted = true;
    this.camera = camera;
    this.request('moving');
  }

  private glideTo(target: Camera): void {
    cancelAnimationFrame(this.glide);
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) {
      this.camera = target;
      this.request();
      return;
    }
    const from = this.camera;
    const start = performance.now();
    const step = (now: number) => {
      const part = Math.min(1, (now - start) / GLIDE_MS);
      const ease = 1 - (1 - part) ** 3;
      const mix = (a: number, b: number) => a + (b - a) * ease;
      this.camera = { x: mix(from.x, target.x), y: mix(from.y, target.y), k: mix(from.k, target.k) };
      this.request(part < 1 ? 'moving' : 'still');
      if (part < 1) this.glide = requestAnimationFrame(step);
    };
    this.glide = requestAnimationFrame(step);
  }

  private request(how: 'still' | 'moving' = 'still'): void {
    cancelAnimationFrame(this.frame);
    this.frame = requestAnimationFrame(() => this.draw(how));
  }

  private draw(how: 'still' | 'moving'): void {
    if (!this.colours || this.size.width === 0) return;
    const ratio = globalThis.devicePixelRatio || 1;
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    const rested = performance.now() - this.painted.at > this.cost * 4;
    if (how === 'moving' && this.cost > SLOW_MS && this.picture && !rested)
      this.drawPicture(this.picture, this.colours);
    else this.drawAll(this.colours);
    if (this.lasso) this.drawLasso(this.lasso, this.colours);
    clearTimeout(this.resting);
    if (how === 'moving' && this.cost > SLOW_MS) this.resting = setTimeout(() => this.request(), REST_MS);
  }

  private drawAll(colours: Colours): void {
    const { context, model, camera, size, marks, cuts } = this;
    const start = performance.now();
    paint({ context, model, camera, size, colours, marks, cuts, now: Date.now() });
    this.painted = { at: performance.now(), camera };
    this.cost = this.painted.at - start;
    // For whoever waits until the graph can be used: tests and measurements.
    this.canvas.dataset.painted = String(model.nodes.length);
    this.canvas.dataset.cost = this.cost.toFixed(1);
    if (this.cost <= SLOW_MS) return;
    const { width, height } = this.canvas;
    if (this.picture?.width !== width || this.picture.height !== height)
      this.picture = new OffscreenCanvas(width, height);
    this.picture.getContext('2d', { alpha: false })?.drawImage(this.canvas, 0, 0);
  }

  /** The last picture, where the camera has moved to since. */
  private drawPicture(picture: OffscreenCanvas, colours: Colours): void {
    const { context, camera, size, painted } = this;
    const by = camera.k / painted.camera.k;
    context.fillStyle = colours.ground;
    context.fillRect(0, 0, size.width, size.height);
    context.drawImage(
      picture,
      camera.x - painted.camera.x * by,
      camera.y - painted.camera.y * by,
      size.width * by,
      size.height * by,
    );
  }

  private drawLasso({ left, top, right, bottom }: Box, colours: Colours): void {
    const { context } = this;
    context.strokeStyle = colours.accent;
    context.lineWidth = 1.5;
    context.setLineDash([5, 4]);
    context.strokeRect(left, top, right - left, bottom - top);
    context.setLineDash([]);
  }
}
