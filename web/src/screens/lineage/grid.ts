// A spatial index for boxes of one size: which of them touch an area, in the order of their numbers.
import type { Box } from './model';

const CELL = 512;

export class Grid {
  private readonly cells = new Map<number, number[]>();

  constructor(
    private readonly x: Float32Array,
    private readonly y: Float32Array,
    private readonly width: number,
    private readonly height: number,
  ) {
    for (let number = 0; number < x.length; number += 1) {
      // A box is kept in the cell of its corner alone; an area that is asked for is grown by a box instead.
      const cell = key(cellOf(x[number] ?? 0), cellOf(y[number] ?? 0));
      const there = this.cells.get(cell);
      if (there) there.push(number);
      else this.cells.set(cell, [number]);
    }
  }

  within({ left, top, right, bottom }: Box): number[] {
    const found: number[] = [];
    const firstColumn = cellOf(left - this.width);
    const firstRow = cellOf(top - this.height);
    const columns = cellOf(right) - firstColumn + 1;
    const rows = cellOf(bottom) - firstRow + 1;
    const check = (number: number) => {
      const x = this.x[number] ?? 0;
      const y = this.y[number] ?? 0;
      if (x <= right && x + this.width >= left && y <= bottom && y + this.height >= top) found.push(number);
    };
    if (columns * rows > this.cells.size) {
      // The area is as large as the graph: looking at every box is cheaper than at every cell.
      for (let number = 0; number < this.x.length; number += 1) check(number);
      return found;
    }
    for (let row = firstRow; row < firstRow + rows; row += 1) {
      for (let column = firstColumn; column < firstColumn + columns; column += 1) {
        for (const number of this.cells.get(key(column, row)) ?? []) check(number);
      }
    }
    return found.sort((a, b) => a - b);
  }
}

const cellOf = (value: number): number => Math.floor(value / CELL);
const key = (column: number, row: number): number => column * 67_108_859 + row;
