/* Schemes that number seats and name rows. */
import { changeRows } from "./edit";
import { isArea, type Chosen, type Plan, type Point, type Row, type Seat, type SeatSection } from "./plan";

export const seatOrders = ["left", "right", "odd", "even", "letters"] as const;
export type SeatOrder = (typeof seatOrders)[number];

export const rowStyles = ["letters", "plain-letters", "numbers"] as const;
export type RowStyle = (typeof rowStyles)[number];

const all = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
/* I and O are taken for 1 and 0. */
const plain = all.replace(/[IO]/g, "");

/* 0: A, 25: Z, 26: AA. */
export function letters(n: number, alphabet = all): string {
  const head = Math.floor(n / alphabet.length);
  return (head > 0 ? letters(head - 1, alphabet) : "") + alphabet[n % alphabet.length];
}

function seatNumber(order: SeatOrder, first: number, i: number, count: number): string {
  switch (order) {
    case "left":
      return String(first + i);
    case "right":
      return String(first + count - 1 - i);
    case "odd":
      return String(2 * i + 1);
    case "even":
      return String(2 * i + 2);
    case "letters":
      return letters(first - 1 + i);
  }
}

/* From the left; a row that stands upright, from the top. */
function fromLeft(seats: readonly Seat[]): Seat[] {
  const [first, last] = [seats[0], seats[seats.length - 1]];
  const upright = Math.abs(last.y - first.y) > 4 * Math.abs(last.x - first.x);
  return [...seats].sort((a, b) => (upright ? a.y - b.y : a.x - b.x));
}

/* Numbers the chosen seats of each row anew, from 1 or from `first`. */
export function numberSeats(plan: Plan, chosen: Chosen, order: SeatOrder, first: number, renew: boolean): Plan {
  return changeRows(plan, chosen, renew, (row) => {
    const mine = row.seats.filter((seat) => chosen.has(seat.id));
    const numbers = new Map(fromLeft(mine).map((seat, i) => [seat.id, seatNumber(order, first, i, mine.length)]));
    return { ...row, seats: row.seats.map((seat) => (numbers.has(seat.id) ? { ...seat, number: numbers.get(seat.id) as string } : seat)) };
  });
}

function rowName(style: RowStyle, n: number): string {
  if (style === "numbers") return String(n + 1);
  return letters(n, style === "letters" ? all : plain);
}

/* Names the rows in which something is chosen, section by section, beginning with the row nearest to the stage or with the one farthest from it.
   `first` counts from 1: A, or 1. */
export function nameRows(plan: Plan, chosen: Chosen, style: RowStyle, first: number, fromBack: boolean, renew: boolean): Plan {
  const names = new Map<Row, string>();
  for (const section of plan.sections)
    if (!isArea(section)) inOrder(plan, section, chosen, fromBack).forEach((row, i) => names.set(row, rowName(style, first - 1 + i)));
  return changeRows(plan, chosen, renew, (row) => ({ ...row, name: names.get(row) ?? row.name }));
}

function inOrder(plan: Plan, section: SeatSection, chosen: Chosen, fromBack: boolean): Row[] {
  const { stage } = plan;
  const focus = stage && { x: stage.x + stage.width / 2, y: stage.y + stage.height / 2 };
  const far = (row: Row) => {
    const at = middle(row.seats);
    return focus ? Math.hypot(at.x - focus.x, at.y - focus.y) : at.y;
  };
  const rows = section.rows.filter((row) => row.seats.some((seat) => chosen.has(seat.id))).map((row) => ({ row, far: far(row) }));
  rows.sort((a, b) => (fromBack ? b.far - a.far : a.far - b.far));
  return rows.map(({ row }) => row);
}

function middle(seats: readonly Seat[]): Point {
  let [x, y] = [0, 0];
  for (const seat of seats) {
    x += seat.x;
    y += seat.y;
  }
  return { x: x / seats.length, y: y / seats.length };
}
