// Where one looks at the graph from. Pure: every movement gives a new camera.
import type { Size } from '@/lib/size';
import type { Box } from './model';

/** A place of the graph is at `x + place * k` on the screen. */
export type Camera = { x: number; y: number; k: number };

export const NEAREST = 2;
export const FARTHEST = 0.01;
const MARGIN = 28;

type Point = { x: number; y: number };

export const toWorld = ({ x, y, k }: Camera, point: Point): Point => ({ x: (point.x - x) / k, y: (point.y - y) / k });

export const toScreen = ({ x, y, k }: Camera, point: Point): Point => ({ x: x + point.x * k, y: y + point.y * k });

export const pan = (camera: Camera, dx: number, dy: number): Camera => ({
  ...camera,
  x: camera.x + dx,
  y: camera.y + dy,
});

/** Comes closer by a factor; what is under the point stays there. */
export function zoomAt(camera: Camera, point: Point, factor: number): Camera {
  const k = Math.min(NEAREST, Math.max(FARTHEST, camera.k * factor));
  const by = k / camera.k;
  return { k, x: point.x - (point.x - camera.x) * by, y: point.y - (point.y - camera.y) * by };
}

/** All of a box, in the middle; no closer than life size, since a graph of three needs no poster. */
export function fitBox(box: Box, size: Size): Camera {
  const width = Math.max(1, box.right - box.left);
  const height = Math.max(1, box.bottom - box.top);
  const room = { width: Math.max(1, size.width - 2 * MARGIN), height: Math.max(1, size.height - 2 * MARGIN) };
  const k = Math.max(FARTHEST, Math.min(1, room.width / width, room.height / height));
  return { k, x: (size.width - width * k) / 2 - box.left * k, y: (size.height - height * k) / 2 - box.top * k };
}

/** A graph of so few nodes opens where its names can be read, even if not all of it is seen. */
const FEW = 150;
const READABLE = 0.45;

/** Where one looks from at first: at everything, or at its beginning where everything would be too small. */
export function opening(model: { nodes: readonly unknown[]; bounds: Box }, size: Size): Camera {
  const all = fitBox(model.bounds, size);
  if (all.k >= READABLE || model.nodes.length > FEW) return all;
  const { left, top, bottom } = model.bounds;
  const y = Math.max(MARGIN - top * READABLE, size.height / 2 - ((top + bottom) / 2) * READABLE);
  return { k: READABLE, x: MARGIN - left * READABLE, y };
}

/** A box in the middle, at a distance from which it can be read. */
export function lookAt(camera: Camera, box: Box, size: Size): Camera {
  const k = Math.max(0.8, Math.min(1.2, camera.k));
  return {
    k,
    x: size.width / 2 - ((box.left + box.right) / 2) * k,
    y: size.height / 2 - ((box.top + box.bottom) / 2) * k,
  };
}

/** The least movement that brings a box into view, with some room around it. */
export function reveal(camera: Camera, box: Box, size: Size): Camera {
  const { x: left, y: top } = toScreen(camera, { x: box.left, y: box.top });
  const { x: right, y: bottom } = toScreen(camera, { x: box.right, y: box.bottom });
  const shift = (start: number, end: number, room: number): number => {
    if (start < MARGIN) return MARGIN - start;
    if (end > room - MARGIN) return room - MARGIN - end;
    return 0;
  };
  return pan(camera, shift(left, right, size.width), shift(top, bottom, size.height));
}

/** The part of the graph that is seen. */
export function seen(camera: Camera, size: Size): Box {
  const { x: left, y: top } = toWorld(camera, { x: 0, y: 0 });
  const { x: right, y: bottom } = toWorld(camera, { x: size.width, y: size.height });
  return { left, top, right, bottom };
}
