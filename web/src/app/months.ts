/* The months in which something is played, laid out in weeks that begin on Sunday. Days are those of the device's calendar, as all dates on the pages. */
export interface Month {
  /* The first of the month at noon, which no summer time moves to another day. */
  first: Date;
  /* Days of the month, 0 where the week belongs to another one. */
  weeks: number[][];
}

export function monthsOf(times: readonly string[]): Month[] {
  const found = new Map<string, Month>();
  for (const time of [...times].sort()) {
    const date = new Date(time);
    const name = `${date.getFullYear()}-${date.getMonth()}`;
    if (!found.has(name)) found.set(name, month(date.getFullYear(), date.getMonth()));
  }
  return [...found.values()];
}

function month(year: number, index: number): Month {
  const first = new Date(year, index, 1, 12);
  const days = new Date(year, index + 1, 0).getDate();
  const cells = [...Array<number>(first.getDay()).fill(0), ...Array.from({ length: days }, (_, i) => i + 1)];
  while (cells.length % 7 !== 0) cells.push(0);
  return { first, weeks: Array.from({ length: cells.length / 7 }, (_, i) => cells.slice(i * 7, i * 7 + 7)) };
}
