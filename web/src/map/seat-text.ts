/* Seats in words: for the note under the pointer, the tray, proposals and the screen reader. */
import { seatTraits } from "../api/shapes/performance";
import { money } from "../app/format";
import { words } from "../app/i18n";
import { trait, type SeatMap } from "./model";
import { edgeOf } from "./neighbours";
import { sideOf } from "./sight";
import { mapWords } from "./words";

export function seatName(map: SeatMap, seat: number): string {
  return words().map.seat(map.sections[map.sectionOf[seat]].name, map.rowOf(seat).name, map.number(seat));
}

export function seatText(map: SeatMap, seat: number): string {
  const grade = map.grades[map.grade[seat]];
  const state = [words().map.free, words().map.held, words().map.sold, words().map.notForSale][map.state[seat]];
  return [seatName(map, seat), `${grade.name} ${money(grade.price)}`, ...notes(map, [seat]), state].join(" · ");
}

/* Neighbours in one row: "Stalls, row C, 2 seats together, aisle, step-free, ₩120,000 each". */
export function placeText(map: SeatMap, seats: readonly number[]): string {
  const w = mapWords();
  const [seat] = seats;
  const price = money(map.grades[map.grade[seat]].price);
  return [
    map.sections[map.sectionOf[seat]].name, w.row(map.rowOf(seat).name), w.together(seats.length), ...notes(map, seats),
    seats.length > 1 ? w.each(price) : price,
  ].join(", ");
}

/* What else one should know: step-free only if all are, the rest if one is. */
function notes(map: SeatMap, seats: readonly number[]): string[] {
  const w = mapWords();
  const edges = seats.map((seat) => edgeOf(map, seat));
  const edge = edges.includes("aisle") ? w.aisle : edges.includes("end") ? w.end : "";
  const side = sideOf(map, seats[0]);
  const traits = seatTraits.filter((name) => {
    const has = (seat: number) => (map.traits[seat] & trait[name]) !== 0;
    return name === "step_free" ? seats.every(has) : seats.some(has);
  });
  return [edge, ...traits.map((name) => w[name]), side ? w.sides[side] : ""].filter(Boolean);
}
