// What a pointer does on the canvas: drag to move, wheel and pinch to zoom, tap, double tap, and a frame with Shift held.
import type { Box } from './model';

export type Point = { x: number; y: number };

export type PointerEvents = {
  onPan: (dx: number, dy: number) => void;
  onZoom: (at: Point, factor: number) => void;
  onHover: (at: Point | undefined) => void;
  onTap: (at: Point, keys: { shift: boolean }) => void;
  onDoubleTap: (at: Point) => void;
  onLasso: (box: Box, end: boolean) => void;
};

/** A pointer that moves less than this has not moved. */
const SLACK = 4;
const DOUBLE_MS = 320;

export class Pointers {
  private readonly down = new Map<number, Point>();
  private start: (Point & { shift: boolean }) | undefined;
  private moved = false;
  private lastTap = { at: 0, x: 0, y: 0 };
  private readonly off = new AbortController();

  constructor(
    private readonly element: HTMLElement,
    private readonly events: PointerEvents,
  ) {
    const { signal } = this.off;
    element.addEventListener('pointerdown', (event) => this.pressed(event), { signal });
    element.addEventListener('pointermove', (event) => this.moves(event), { signal });
    element.addEventListener('pointerup', (event) => this.released(event), { signal });
    element.addEventListener('pointercancel', (event) => this.forget(event), { signal });
    element.addEventListener('pointerleave', () => this.events.onHover(undefined), { signal });
    element.addEventListener('wheel', (event) => this.wheel(event), { signal, passive: false });
  }

  destroy(): void {
    this.off.abort();
  }

  private at(event: MouseEvent): Point {
    const { left, top } = this.element.getBoundingClientRect();
    return { x: event.clientX - left, y: event.clientY - top };
  }

  private pressed(event: PointerEvent): void {
    if (event.button !== 0) return;
    const point = this.at(event);
    this.element.setPointerCapture(event.pointerId);
    this.down.set(event.pointerId, point);
    if (this.down.size === 1) {
      this.start = { ...point, shift: event.shiftKey };
      this.moved = false;
    }
  }

  private moves(event: PointerEvent): void {
    const point = this.at(event);
    const before = this.down.get(event.pointerId);
    if (!before || !this.start) {
      this.events.onHover(point);
      return;
    }
    if (this.down.size >= 2) {
      this.pinch(event.pointerId, before, point);
      return;
    }
    if (!this.moved && Math.hypot(point.x - this.start.x, point.y - this.start.y) < SLACK) return;
    this.moved = true;
    this.down.set(event.pointerId, point);
    if (this.start.shift) this.events.onLasso(boxOf(this.start, point), false);
    else this.events.onPan(point.x - before.x, point.y - before.y);
  }

  private pinch(id: number, before: Point, point: Point): void {
    const other = [...this.down].find(([each]) => each !== id)?.[1];
    this.moved = true;
    this.down.set(id, point);
    if (!other) return;
    const distance = (a: Point) => Math.max(1, Math.hypot(a.x - other.x, a.y - other.y));
    const middle = { x: (point.x + other.x) / 2, y: (point.y + other.y) / 2 };
    this.events.onPan((point.x - before.x) / 2, (point.y - before.y) / 2);
    this.events.onZoom(middle, distance(point) / distance(before));
  }

  private released(event: PointerEvent): void {
    const { start } = this;
    const point = this.at(event);
    const last = this.down.delete(event.pointerId) && this.down.size === 0;
    if (!last || !start) return;
    this.start = undefined;
    if (this.moved) {
      if (start.shift) this.events.onLasso(boxOf(start, point), true);
      return;
    }
    const { lastTap } = this;
    const twice = event.timeStamp - lastTap.at < DOUBLE_MS && Math.hypot(point.x - lastTap.x, point.y - lastTap.y) < 12;
    this.lastTap = { at: twice ? 0 : event.timeStamp, ...point };
    if (twice) this.events.onDoubleTap(point);
    else this.events.onTap(point, { shift: start.shift });
  }

  private forget(event: PointerEvent): void {
    this.down.delete(event.pointerId);
    if (this.down.size === 0) this.start = undefined;
  }

  /** A wheel zooms. Two fingers on a touch pad move, and zoom when they are spread, which browsers tell as Ctrl. */
  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const point = this.at(event);
    const wheel = event.deltaMode !== 0 || (event.deltaX === 0 && Math.abs(event.deltaY) >= 80);
    if (event.ctrlKey || event.metaKey) this.events.onZoom(point, Math.exp(-event.deltaY / (wheel ? 300 : 100)));
    else if (wheel) this.events.onZoom(point, Math.exp(-Math.sign(event.deltaY) * 0.18));
    else this.events.onPan(-event.deltaX, -event.deltaY);
  }
}

const boxOf = (a: Point, b: Point): Box => ({
  left: Math.min(a.x, b.x),
  top: Math.min(a.y, b.y),
  right: Math.max(a.x, b.x),
  bottom: Math.max(a.y, b.y),
});
