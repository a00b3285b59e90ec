/* Seats in place of those that somebody else got: as good, and as near as can be to what one keeps, or to what went. */
import { free } from "./availability";
import { trait, type SeatMap } from "./model";
import { blocksOf } from "./neighbours";

const places = trait.wheelchair | trait.companion;

/* Of the same grade, for the same people, and lacking nothing that the other had. */
function asGood(map: SeatMap, seat: number, lost: number): boolean {
  const [is, was] = [map.traits[seat], map.traits[lost]];
  return map.grade[seat] === map.grade[lost] && (is & places) === (was & places)
    && (was & trait.step_free & ~is) === 0 && (is & trait.restricted_view & ~was) === 0;
}

/* One seat for each of `lost`, together if all of those were of one kind and such a place is left; null where not enough are. */
export function instead(map: SeatMap, lost: readonly number[], kept: readonly number[]): number[] | null {
  const near = kept.length ? kept : lost;
  const away = (seat: number) => Math.min(...near.map((other) => Math.hypot(map.xs[seat] - map.xs[other], map.ys[seat] - map.ys[other])));
  const open = (seat: number, was: number) => map.state[seat] === free && !kept.includes(seat) && !map.isArea(seat) && asGood(map, seat, was);
  return (lost.length > 1 ? together(map, lost, open, away) : null) ?? oneByOne(map, lost, open, away);
}

type Open = (seat: number, was: number) => boolean;

function together(map: SeatMap, lost: readonly number[], open: Open, away: (seat: number) => number): number[] | null {
  let best = -1;
  let distance = Infinity;
  const fits = (seat: number) => lost.every((was) => open(seat, was));
  map.sections.forEach((_, section) => {
    for (const { first, count } of blocksOf(map, section))
      for (let seat = first, run = 0; seat < first + count; seat++) {
        run = fits(seat) ? run + 1 : 0;
        const start = seat - lost.length + 1;
        if (run < lost.length || away(start) + away(seat) >= distance) continue;
        distance = away(start) + away(seat);
        best = start;
      }
  });
  return best < 0 ? null : lost.map((_, i) => best + i);
}

function oneByOne(map: SeatMap, lost: readonly number[], open: Open, away: (seat: number) => number): number[] | null {
  const taken: number[] = [];
  for (const was of lost) {
    let best = -1;
    let distance = Infinity;
    for (let seat = 0; seat < map.count; seat++) {
      if (!open(seat, was) || taken.includes(seat) || away(seat) >= distance) continue;
      distance = away(seat);
      best = seat;
    }
    if (best < 0) return null;
    taken.push(best);
  }
  return taken;
}
