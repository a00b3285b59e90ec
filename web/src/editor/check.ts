/* What is wrong with a plan while it is drawn: what the server would refuse, and seats that stand in each other. */
import { eachSeat, guidOf, isArea, limits, prefixOf, seatCount, ungraded, type Plan, type Seat } from "./plan";

export const faultKinds = ["empty", "large", "unnamed", "doubled", "guid", "ungraded", "grade", "corners", "overlap"] as const;
export type FaultKind = (typeof faultKinds)[number];

export interface Fault {
  kind: FaultKind;
  /* What it is about, for people: a name, a guid; may be empty. */
  what: string;
  /* Ids of the seats and areas to show; at most `shown` of them. */
  where: number[];
  count: number;
}

/* A plan with one of these is refused; the others are for people to judge. */
export const refused = ({ kind }: Fault): boolean => kind !== "overlap";

/* Nearer than this, two seats are one in the other. */
const reach = 0.5;
const shown = 500;
/* Of seats all in one place so many are compared with. */
const crowd = 8;

export function check(plan: Plan): Fault[] {
  const faults = new Faults();
  const seats = seatCount(plan);
  if (seats === 0) faults.add("empty", "", -1);
  if (seats > limits.seats || plan.sections.length > limits.sections) faults.add("large", String(limits.seats), -1);
  checkGrades(plan, faults);
  checkNames(plan, faults);
  checkPlaces(plan, faults);
  return faults.list();
}

/* Faults of one kind about one thing are one. */
class Faults {
  private readonly found = new Map<string, Fault>();

  add(kind: FaultKind, what: string, ...ids: number[]): void {
    const key = `${kind} ${what}`;
    const fault = this.found.get(key) ?? { kind, what, where: [], count: 0 };
    this.found.set(key, fault);
    for (const id of ids) {
      fault.count++;
      if (id >= 0 && fault.where.length < shown) fault.where.push(id);
    }
  }

  list(): Fault[] {
    return [...this.found.values()].sort((a, b) => faultKinds.indexOf(a.kind) - faultKinds.indexOf(b.kind));
  }
}

function checkGrades(plan: Plan, faults: Faults): void {
  const names = plan.grades.map(({ name }) => name.trim());
  names.forEach((name, i) => {
    if (name === "" || names.indexOf(name) !== i) faults.add("grade", name, -1);
  });
  if (names.length > limits.grades) faults.add("grade", "", -1);
  for (const section of plan.sections) if (isArea(section) && section.grade === ungraded) faults.add("ungraded", "", section.id);
  eachSeat(plan, (seat) => void (seat.grade === ungraded && faults.add("ungraded", "", seat.id)));
}

function checkNames(plan: Plan, faults: Faults): void {
  const guids = new Map<string, number>();
  const unique = (guid: string, id: number) => {
    const other = guids.get(guid);
    if (other === undefined) guids.set(guid, id);
    else faults.add("guid", guid, other, id);
  };
  const labels = new Map<string, number>();
  for (const section of plan.sections) {
    if (section.name.trim() === "") faults.add("unnamed", "", ...(isArea(section) ? [section.id] : [section.rows[0].seats[0].id]));
    if (!isArea(section)) continue;
    if (section.corners.length < 3) faults.add("corners", section.name, section.id);
    for (let n = 1; n <= section.capacity; n++) unique(`${prefixOf(section)}-${n}`, section.id);
  }
  eachSeat(plan, (seat, row, section) => {
    const label = `${section.name}\n${row.name}\n${seat.number}`;
    const other = labels.get(label);
    if (seat.number.trim() === "" || row.name.trim() === "") faults.add("unnamed", section.name, seat.id);
    if (other !== undefined) faults.add("doubled", [section.name, row.name, seat.number].join(" "), other, seat.id);
    else labels.set(label, seat.id);
    if (other === undefined) unique(guidOf(section, row, seat), seat.id);
  });
}

/* Seats over each other, by a grid whose cells are as wide as the reach. */
function checkPlaces(plan: Plan, faults: Faults): void {
  const cells = new Map<number, Seat[]>();
  const cell = (x: number, y: number) => Math.floor(x / reach) * 4_000_037 + Math.floor(y / reach);
  eachSeat(plan, (seat) => {
    for (let dx = -1; dx <= 1; dx++)
      for (let dy = -1; dy <= 1; dy++)
        for (const other of cells.get(cell(seat.x + dx * reach, seat.y + dy * reach)) ?? [])
          if (Math.hypot(other.x - seat.x, other.y - seat.y) < reach) faults.add("overlap", "", other.id, seat.id);
    const key = cell(seat.x, seat.y);
    const here = cells.get(key);
    if (!here) cells.set(key, [seat]);
    else if (here.length < crowd) here.push(seat);
  });
}
