/* A seat in words: for the note under the pointer, the tray and the screen reader. */
import { money } from "../app/format";
import { words } from "../app/i18n";
import type { SeatMap } from "./model";

export function seatName(map: SeatMap, seat: number): string {
  return words().map.seat(map.sections[map.sectionOf[seat]].name, map.rowOf(seat).name, map.number(seat));
}

export function seatText(map: SeatMap, seat: number): string {
  const grade = map.grades[map.grade[seat]];
  const state = [words().map.free, words().map.held, words().map.sold, words().map.notForSale][map.state[seat]];
  return `${seatName(map, seat)} · ${grade.name} ${money(grade.price)} · ${state}`;
}
