/* Moving through rows of seats with the arrow keys. Up and down keep to the same place across the hall. */

export interface RovingRow {
  first: number;
  count: number;
}

export function moveSeat(rows: readonly RovingRow[], xs: ArrayLike<number>, seat: number, key: string): number {
  const at = rows.findIndex((row) => seat >= row.first && seat < row.first + row.count);
  if (at < 0) return seat;
  const row = rows[at];
  switch (key) {
    case "ArrowLeft":
      return seat > row.first ? seat - 1 : seat;
    case "ArrowRight":
      return seat < row.first + row.count - 1 ? seat + 1 : seat;
    case "Home":
      return row.first;
    case "End":
      return row.first + row.count - 1;
    case "ArrowUp":
      return at > 0 ? closest(rows[at - 1], xs, xs[seat]) : seat;
    case "ArrowDown":
      return at < rows.length - 1 ? closest(rows[at + 1], xs, xs[seat]) : seat;
    case "PageUp":
      return closest(rows[Math.max(0, at - 5)], xs, xs[seat]);
    case "PageDown":
      return closest(rows[Math.min(rows.length - 1, at + 5)], xs, xs[seat]);
    default:
      return seat;
  }
}

function closest(row: RovingRow, xs: ArrayLike<number>, x: number): number {
  let best = row.first;
  for (let seat = row.first; seat < row.first + row.count; seat++)
    if (Math.abs(xs[seat] - x) < Math.abs(xs[best] - x)) best = seat;
  return best;
}
