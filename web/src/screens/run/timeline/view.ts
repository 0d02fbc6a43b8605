// Which part of the time axis is in view.

export type View = { from: number; to: number };

/** A millisecond is the shortest that is worth a screen. */
const SHORTEST = 1;

const clamp = (view: View, whole: View): View => {
  const length = Math.min(Math.max(view.to - view.from, SHORTEST), Math.max(whole.to - whole.from, SHORTEST));
  const wanted = (view.from + view.to - length) / 2;
  const from = Math.min(Math.max(wanted, whole.from), Math.max(whole.from, whole.to - length));
  return { from, to: from + length };
};

/** The view after zooming around an instant; a factor below one shows less. */
export function zoomed(view: View, whole: View, factor: number, around = (view.from + view.to) / 2): View {
  return clamp({ from: around - (around - view.from) * factor, to: around + (view.to - around) * factor }, whole);
}

/** The view moved by a part of its own length. */
export function moved(view: View, whole: View, part: number): View {
  const by = (view.to - view.from) * part;
  return clamp({ from: view.from + by, to: view.to + by }, whole);
}

/** The view between two instants, in whatever order they were dragged. */
export const between = (a: number, b: number, whole: View): View =>
  clamp({ from: Math.min(a, b), to: Math.max(a, b) }, whole);

const STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500];
const SECONDS = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 43_200, 86_400];

/** Marks of an axis that counts from the start of the run: at most `most`, on round numbers. */
export function ticks(view: View, start: number, most: number): number[] {
  const length = view.to - view.from;
  const steps = [...STEPS, ...SECONDS.map((each) => each * 1_000)];
  const step = steps.find((each) => length / each <= most) ?? 86_400_000 * Math.ceil(length / 86_400_000 / most);
  const found: number[] = [];
  for (let at = Math.ceil((view.from - start) / step) * step; at <= view.to - start; at += step) found.push(at + start);
  return found;
}
