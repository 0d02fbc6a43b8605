// Moving through the graph by keyboard.
import type { GraphModel } from './model';

export type Direction = 'left' | 'right' | 'up' | 'down';

/** The node in a direction: along an edge to the side, to the neighbour in the same layer up and down. */
export function neighbour(model: GraphModel, from: number, direction: Direction): number | undefined {
  if (direction === 'left') return nearest(model, from, model.up[from] ?? []);
  if (direction === 'right') return nearest(model, from, model.down[from] ?? []);
  const x = model.x[from] ?? 0;
  const y = model.y[from] ?? 0;
  const sign = direction === 'up' ? -1 : 1;
  let best: number | undefined;
  let distance = Number.POSITIVE_INFINITY;
  for (let number = 0; number < model.nodes.length; number += 1) {
    const along = ((model.y[number] ?? 0) - y) * sign;
    if (number !== from && model.x[number] === x && along > 0 && along < distance) {
      best = number;
      distance = along;
    }
  }
  return best;
}

function nearest(model: GraphModel, from: number, candidates: readonly number[]): number | undefined {
  const far = (number: number) =>
    Math.hypot((model.x[number] ?? 0) - (model.x[from] ?? 0), (model.y[number] ?? 0) - (model.y[from] ?? 0));
  return candidates.reduce<number | undefined>(
    (best, each) => (best === undefined || far(each) < far(best) ? each : best),
    undefined,
  );
}
