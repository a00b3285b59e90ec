/* Edits: each takes a plan and gives another. */
import {
  boxAround, chosenPoints, freeName, isArea, ungraded, type AreaSection, type Chosen, type Grade, type Plan, type Point, type Row, type Seat,
  type SeatSection, type Section,
} from "./plan";

/* What an edit leaves behind, when something else is chosen after it. */
export interface Edited {
  plan: Plan;
  chosen: Chosen;
}

/* `list` with each element changed; null drops it. The same list when nothing changed. */
function remade<T>(list: readonly T[], change: (one: T) => T | null): readonly T[] {
  let made: T[] | null = null;
  for (let i = 0; i < list.length; i++) {
    const now = change(list[i]);
    if (now !== list[i]) made ??= list.slice(0, i);
    if (made && now !== null) made.push(now);
  }
  return made ?? list;
}

const withSections = (plan: Plan, sections: readonly Section[]): Plan => (sections === plan.sections ? plan : { ...plan, sections });

/* Changes the chosen seats and areas; rows and sections without a seat are gone. */
function changeChosen(plan: Plan, chosen: Chosen, seat: (one: Seat) => Seat | null, area: (one: AreaSection) => AreaSection | null, moves: boolean): Plan {
  return withSections(plan, remade<Section>(plan.sections, (section) => {
    if (isArea(section)) return chosen.has(section.id) ? area(section) : section;
    const rows = remade(section.rows, (row) => {
      const seats = remade(row.seats, (one) => (chosen.has(one.id) ? seat(one) : one));
      if (seats === row.seats) return row;
      return seats.length > 0 ? { ...row, seats } : null;
    });
    if (rows === section.rows) return section;
    return rows.length > 0 ? { ...section, rows, outline: moves ? null : section.outline } : null;
  }));
}

/* A thousandth of a pitch is as fine as anything is drawn. */
const fine = (value: number) => Math.round(value * 1000) / 1000;

function place(plan: Plan, chosen: Chosen, at: (point: Point) => Point): Plan {
  const put = <T extends Point>(point: T): T => {
    const { x, y } = at(point);
    return { ...point, x: fine(x), y: fine(y) };
  };
  return changeChosen(plan, chosen, put, (area) => ({ ...area, corners: area.corners.map(put) }), true);
}

export const move = (plan: Plan, chosen: Chosen, dx: number, dy: number): Plan =>
  dx === 0 && dy === 0 ? plan : place(plan, chosen, ({ x, y }) => ({ x: x + dx, y: y + dy }));

/* Clockwise on the page, around the middle of what is chosen. */
export function rotate(plan: Plan, chosen: Chosen, degrees: number): Plan {
  const box = boxAround(chosenPoints(plan, chosen));
  if (!box || degrees === 0) return plan;
  const [cx, cy] = [box.x + box.width / 2, box.y + box.height / 2];
  const [cos, sin] = [Math.cos((degrees * Math.PI) / 180), Math.sin((degrees * Math.PI) / 180)];
  return place(plan, chosen, ({ x, y }) => ({ x: cx + (x - cx) * cos - (y - cy) * sin, y: cy + (x - cx) * sin + (y - cy) * cos }));
}

export const remove = (plan: Plan, chosen: Chosen): Plan => changeChosen(plan, chosen, () => null, () => null, true);

export function paint(plan: Plan, chosen: Chosen, grade: number): Plan {
  const give = <T extends { grade: number }>(one: T): T => (one.grade === grade ? one : { ...one, grade });
  return changeChosen(plan, chosen, give, give, false);
}

/* Sections of their own, beside what they were made from. */
export function duplicate(plan: Plan, chosen: Chosen, dx: number, dy: number): Edited {
  const made = new Set<number>();
  let now = plan;
  const take = () => {
    made.add(now.next);
    now = { ...now, next: now.next + 1 };
    return now.next - 1;
  };
  for (const section of plan.sections) {
    if (isArea(section)) {
      if (!chosen.has(section.id)) continue;
      const copy = { ...section, name: freeName(now, section.name), prefix: null, corners: section.corners.map(({ x, y }) => ({ x: x + dx, y: y + dy })) };
      now = { ...now, sections: [...now.sections, { ...copy, id: take() }] };
      continue;
    }
    const rows = section.rows.flatMap((row): Row[] => {
      const seats = row.seats.filter((seat) => chosen.has(seat.id));
      return seats.length > 0 ? [{ ...row, seats: seats.map((seat) => ({ ...seat, id: take(), guid: null, x: fine(seat.x + dx), y: fine(seat.y + dy) })) }] : [];
    });
    if (rows.length > 0) now = addSection(now, { kind: "seats", name: freeName(now, section.name), rows, outline: null });
  }
  return { plan: now, chosen: made };
}

/* ---- sections ---- */

export function addSection(plan: Plan, section: Omit<SeatSection, "id"> | Omit<AreaSection, "id">): Plan {
  return { ...plan, sections: [...plan.sections, { ...section, id: plan.next } as Section], next: plan.next + 1 };
}

/* Seats at these places, as a section of their own; numbers and names are given by a scheme afterwards. */
export function addSeats(plan: Plan, name: string, rows: readonly (readonly Point[])[], grade: number): Edited {
  let next = plan.next;
  const chosen = new Set<number>();
  const made = rows.filter((row) => row.length > 0).map((row, r): Row => ({
    name: String(r + 1),
    seats: row.map(({ x, y }, i): Seat => {
      chosen.add(next);
      return { id: next++, number: String(i + 1), grade, guid: null, x: fine(x), y: fine(y) };
    }),
  }));
  if (made.length === 0) return { plan, chosen };
  return { plan: addSection({ ...plan, next }, { kind: "seats", name: freeName(plan, name), rows: made, outline: null }), chosen };
}

/* Rows that join the section of that name, which is made unless it is there; each has the first name that `named` gives and no row has yet. */
export function addRows(plan: Plan, name: string, rows: readonly (readonly Point[])[], grade: number, named: (n: number) => string): Edited {
  const into = plan.sections.find((section): section is SeatSection => section.name === name && !isArea(section));
  const made = addSeats(plan, name, rows, grade);
  if (made.plan === plan) return made;
  const fresh = made.plan.sections[made.plan.sections.length - 1] as SeatSection;
  const taken = new Set(into?.rows.map((row) => row.name));
  let n = 0;
  const free = (row: Row): Row => {
    while (taken.has(named(n))) n++;
    return { ...row, name: named(n++) };
  };
  const all = [...(into?.rows ?? []), ...fresh.rows.map(free)];
  const sections = into ? made.plan.sections.filter((section) => section !== fresh) : made.plan.sections;
  return { ...made, plan: changeSection({ ...made.plan, sections }, (into ?? fresh).id, (section) => ({ ...(section as SeatSection), rows: all, outline: null })) };
}

export function addArea(plan: Plan, name: string, corners: readonly Point[], capacity: number, grade: number): Edited {
  const area = { kind: "area" as const, name: freeName(plan, name), prefix: null, capacity, grade, corners: corners.map(({ x, y }) => ({ x: fine(x), y: fine(y) })) };
  return { plan: addSection(plan, area), chosen: new Set([plan.next]) };
}

function changeSection(plan: Plan, id: number, change: (section: Section) => Section): Plan {
  return withSections(plan, remade(plan.sections, (section) => (section.id === id ? change(section) : section)));
}

export const renameSection = (plan: Plan, id: number, name: string): Plan =>
  changeSection(plan, id, (section) => (section.name === name ? section : { ...section, name }));

export const resizeArea = (plan: Plan, id: number, capacity: number): Plan =>
  changeSection(plan, id, (section) => (isArea(section) && section.capacity !== capacity ? { ...section, capacity } : section));

/* The chosen seats leave their sections for the one of that name, which is made unless it is there; rows of one name become one. */
export function gather(plan: Plan, chosen: Chosen, name: string): Plan {
  const taken = new Map<string, Seat[]>();
  for (const section of plan.sections)
    if (!isArea(section))
      for (const row of section.rows) {
        const seats = row.seats.filter((seat) => chosen.has(seat.id));
        if (seats.length > 0) taken.set(row.name, [...(taken.get(row.name) ?? []), ...seats]);
      }
  if (taken.size === 0) return plan;
  const rest = changeChosen(plan, chosen, () => null, (area) => area, true);
  const into = rest.sections.find((section): section is SeatSection => section.name === name && !isArea(section));
  if (!into) return addSection(rest, { kind: "seats", name, rows: [...taken].map(([row, seats]) => ({ name: row, seats })), outline: null });
  return changeSection(rest, into.id, () => {
    const rows = into.rows.map((row) => {
      const more = taken.get(row.name);
      taken.delete(row.name);
      return more ? { ...row, seats: [...row.seats, ...more] } : row;
    });
    return { ...into, rows: [...rows, ...[...taken].map(([row, seats]) => ({ name: row, seats }))], outline: null };
  });
}

/* ---- the names of rows and the numbers of seats; what these are is number.ts's ---- */

/* Each row that something chosen is in, made anew; `renew`: the guids of its chosen seats follow from the new names. */
export function changeRows(plan: Plan, chosen: Chosen, renew: boolean, change: (row: Row, section: SeatSection) => Row): Plan {
  return withSections(plan, remade<Section>(plan.sections, (section) => {
    if (isArea(section)) return section;
    const rows = remade(section.rows, (row) => {
      if (!row.seats.some((seat) => chosen.has(seat.id))) return row;
      const now = change(row, section);
      if (!renew) return now;
      return { ...now, seats: remade(now.seats, (seat) => (chosen.has(seat.id) && seat.guid !== null ? { ...seat, guid: null } : seat)) };
    });
    return rows === section.rows ? section : { ...section, rows };
  }));
}

/* ---- grades and the stage ---- */

export const addGrade = (plan: Plan, grade: Grade): Plan => ({ ...plan, grades: [...plan.grades, grade] });

export const changeGrade = (plan: Plan, index: number, change: Partial<Grade>): Plan => ({
  ...plan, grades: plan.grades.map((grade, i) => (i === index ? { ...grade, ...change } : grade)),
});

/* Its seats have none then. */
export function removeGrade(plan: Plan, index: number): Plan {
  const shift = <T extends { grade: number }>(one: T): T =>
    one.grade < index ? one : { ...one, grade: one.grade === index ? ungraded : one.grade - 1 };
  const sections = remade<Section>(plan.sections, (section) => {
    if (isArea(section)) return shift(section);
    const rows = remade(section.rows, (row) => {
      const seats = remade(row.seats, shift);
      return seats === row.seats ? row : { ...row, seats };
    });
    return rows === section.rows ? section : { ...section, rows };
  });
  return { ...plan, sections, grades: plan.grades.filter((_, i) => i !== index) };
}

export const setStage = (plan: Plan, stage: Plan["stage"]): Plan => ({ ...plan, stage });
