import type { SeatTrait } from "../api/shapes/performance";

/* The marks of what is special about a seat, lines in a square of 16; the seat map draws the same. Step-free is said in words only: it is common. */
const badges: Partial<Record<SeatTrait, string>> = {
  wheelchair: "M7 3v5h4l2 4M7 6.4a3.6 3.6 0 1 0 3 5.4",
  companion: "M8 4v8M4 8h8",
  restricted_view: "M2.6 8Q8 2.6 13.4 8Q8 13.4 2.6 8M4 12.5l8-9",
};

/* The badge of a seat with these traits: of several the first. */
export function traitBadge(has: (trait: SeatTrait) => boolean): string | undefined {
  const found = (Object.keys(badges) as SeatTrait[]).find(has);
  return found && badges[found];
}

export function TraitMark({ badge }: { badge: string }) {
  return (
    <svg class="trait" viewBox="0 0 16 16" aria-hidden="true">
      <circle cx="8" cy="8" r="8" />
      <path d={badge} />
    </svg>
  );
}
