import type { GradeStock } from "../api/shapes/performance";

/* The mark of a grade: a colour and, for eyes that do not tell colours apart, a shape; the seat map draws the same. */
const outlines = [
  "M4 2h8a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H4a2 2 0 0 1-2-2V4a2 2 0 0 1 2-2z",
  "M8 1.5a6.5 6.5 0 1 1 0 13 6.5 6.5 0 0 1 0-13z",
  "M8 .8 15.2 8 8 15.2.8 8z",
  "M4.6 1.8h6.8L15 8l-3.6 6.2H4.6L1 8z",
  "M8 1.4 15 14H1z",
];

export function markOutline(grade: number): string {
  return outlines[grade % outlines.length];
}

/* The grades that have seats at all, each with the number of its mark: the same as on the map. */
export function offered(remaining: GradeStock[]): { stock: GradeStock; mark: number }[] {
  return remaining.map((stock, mark) => ({ stock, mark })).filter(({ stock }) => stock.total > 0);
}

export function GradeMark({ index, color }: { index: number; color: string }) {
  return (
    <svg class="mark" viewBox="0 0 16 16" aria-hidden="true">
      <path d={markOutline(index)} fill={color} />
    </svg>
  );
}

export const soldOut = ({ free, total }: GradeStock): boolean => free === 0 && total > 0;
