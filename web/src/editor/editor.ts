/* What the editor's page knows: the plan with its history, what is chosen, the tool in hand and what it draws. */
import { computed, signal } from "@preact/signals";
import type { SeatMapData } from "../api/shapes/performance";
import { SeatStore } from "../map/store";
import { check, type Fault } from "./check";
import * as edit from "./edit";
import { History, type State } from "./history";
import { letters, nameRows, numberSeats, type RowStyle, type SeatOrder } from "./number";
import { pictureOf, type Picture } from "./picture";
import { idsOf, isArea, nothing, sectionsOf, type Chosen, type Plan, type Point } from "./plan";
import * as shapes from "./shapes";

export const tools = ["hand", "select", "row", "arc", "block", "table", "area", "brush"] as const;
export type Tool = (typeof tools)[number];

/* What the tools draw with. */
export interface Pen {
  name: string;
  seat: number;
  row: number;
  rows: number;
  bow: number;
  around: number;
  capacity: number;
  grade: number;
}

/* The faults are looked for this long (ms) after the last change. */
const rest = 250;

export class Editor {
  readonly plan = signal<Plan>({ grades: [], stage: null, sections: [], next: 1 });
  readonly chosen = signal<Chosen>(nothing);
  readonly tool = signal<Tool>("select");
  readonly pen = signal<Pen>({ name: "", seat: 1, row: 1.2, rows: 4, bow: 0.2, around: 8, capacity: 200, grade: 0 });
  readonly canUndo = signal(false);
  readonly canRedo = signal(false);
  /* Null while they are looked for. */
  readonly faults = signal<Fault[] | null>(null);
  /* Differs from what is stored. */
  readonly dirty = signal(false);
  readonly sections = computed(() => sectionsOf(this.plan.value, this.chosen.value));
  /* Those of them of which everything is chosen. */
  readonly whole = computed(() => new Set(this.sections.value.filter((section) => idsOf(section).every((id) => this.chosen.value.has(id)))));
  readonly store: SeatStore;
  /* Told of each change of the plan, once it has rested. */
  onRest: () => void = () => undefined;
  private picture!: Picture;
  private history: History;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private saved: Plan;

  constructor(plan: Plan, saved: Plan | null) {
    this.saved = saved ?? plan;
    this.history = new History({ plan, chosen: nothing });
    this.store = new SeatStore(noMap, 0);
    this.store.ready.value = true;
    this.take();
  }

  destroy(): void {
    clearTimeout(this.timer);
  }

  /* The ids of the seats in map order. */
  get ids(): Float64Array {
    return this.picture.ids;
  }

  /* ---- changes ---- */

  /* A new plan; what was chosen stays so, unless something else is. Changes of one `kind` in a row are undone together. */
  apply(plan: Plan, chosen: Chosen = this.chosen.value, kind = ""): void {
    if (plan === this.plan.value) return;
    this.history.push({ plan, chosen }, kind);
    this.take();
  }

  private adopt({ plan, chosen }: State): void {
    this.apply(plan, chosen);
  }

  undo(): void {
    if (this.history.undo()) this.take();
  }

  redo(): void {
    if (this.history.redo()) this.take();
  }

  choose(chosen: Chosen): void {
    this.history.choose(chosen);
    this.chosen.value = chosen;
  }

  /* It is stored as it is. */
  stored(): void {
    this.saved = this.plan.value;
    this.dirty.value = false;
  }

  private take(): void {
    const { plan, chosen } = this.history.state;
    if (plan !== this.plan.value) {
      this.plan.value = plan;
      this.picture = pictureOf(plan);
      this.store.replace(this.picture.map);
    }
    this.chosen.value = chosen;
    this.canUndo.value = this.history.canUndo;
    this.canRedo.value = this.history.canRedo;
    this.dirty.value = plan !== this.saved;
    if (this.pen.value.grade >= plan.grades.length) this.draw({ grade: Math.max(0, plan.grades.length - 1) });
    this.faults.value = null;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), rest);
  }

  /* At once, before it is stored. */
  look(): Fault[] {
    clearTimeout(this.timer);
    const faults = check(this.plan.value);
    this.faults.value = faults;
    this.onRest();
    return faults;
  }

  draw(change: Partial<Pen>): void {
    this.pen.value = { ...this.pen.value, ...change };
  }

  /* ---- what is chosen ---- */

  chooseAll(): void {
    this.choose(new Set(this.plan.value.sections.flatMap(idsOf)));
  }

  chooseSection(id: number): void {
    this.choose(new Set(this.plan.value.sections.filter((section) => section.id === id).flatMap(idsOf)));
  }

  move(dx: number, dy: number, kind = ""): void {
    this.apply(edit.move(this.plan.value, this.chosen.value, dx, dy), undefined, kind);
  }

  rotate(degrees: number): void {
    this.apply(edit.rotate(this.plan.value, this.chosen.value, degrees));
  }

  remove(): void {
    if (this.chosen.value.size > 0) this.apply(edit.remove(this.plan.value, this.chosen.value), nothing);
  }

  duplicate(): void {
    if (this.chosen.value.size > 0) this.adopt(edit.duplicate(this.plan.value, this.chosen.value, 1.5, 1.5));
  }

  paint(ids: Chosen, kind = ""): void {
    if (this.pen.value.grade < this.plan.value.grades.length) this.apply(edit.paint(this.plan.value, ids, this.pen.value.grade), undefined, kind);
  }

  numberSeats(order: SeatOrder, first: number, renew: boolean): void {
    this.apply(numberSeats(this.plan.value, this.chosen.value, order, first, renew));
  }

  nameRows(style: RowStyle, first: number, fromBack: boolean, renew: boolean): void {
    this.apply(nameRows(this.plan.value, this.chosen.value, style, first, fromBack, renew));
  }

  /* The one section that is chosen gets another name; seats of several, or some of one, become a section. */
  name(name: string): void {
    const { value: plan } = this.plan;
    const [only, ...others] = this.sections.value;
    if (!only) return;
    const whole = others.length === 0 && idsOf(only).every((id) => this.chosen.value.has(id));
    const known = plan.sections.some((section) => section !== only && section.name === name && !isArea(section));
    if (whole && (!known || isArea(only))) this.apply(edit.renameSection(plan, only.id, name));
    else this.apply(edit.gather(plan, this.chosen.value, name));
  }

  /* ---- drawing ---- */

  /* What the tool in hand makes between two points; null when it draws nothing. */
  sketch(from: Point, to: Point): Point[][] | null {
    const pen = this.pen.value;
    switch (this.tool.value) {
      case "row":
        return [shapes.line(from, to, pen.seat)];
      case "arc":
        return shapes.arcs(from, to, pen.bow, pen.rows, pen);
      case "block":
        return shapes.block(from, to, pen);
      case "table":
        return [shapes.table(to, pen.around, pen.seat)];
      default:
        return null;
    }
  }

  /* Draws it. */
  make(from: Point, to: Point, fallback: string): void {
    const { value: plan } = this.plan;
    const pen = this.pen.value;
    const name = pen.name.trim() || fallback;
    const grade = Math.min(pen.grade, plan.grades.length - 1);
    if (this.tool.value === "area") {
      if (Math.abs(to.x - from.x) < 1 || Math.abs(to.y - from.y) < 1) return;
      this.adopt(edit.addArea(plan, name, shapes.rectangle(from, to), pen.capacity, grade));
      return;
    }
    const rows = this.sketch(from, to);
    if (!rows) return;
    if (this.tool.value === "table") this.adopt(edit.addRows(plan, name, rows, grade, (n) => String(n + 1)));
    else if (this.tool.value === "row") this.adopt(edit.addRows(plan, name, rows, grade, letters));
    else {
      const made = edit.addSeats(plan, name, rows, grade);
      this.adopt({ plan: nameRows(made.plan, made.chosen, "letters", 1, false, false), chosen: made.chosen });
    }
  }
}

const noMap: SeatMapData = {
  schedule_id: "", hall: { id: "", name: "" }, seat_count: 0, bounds: { x: 0, y: 0, width: 1, height: 1 }, stage: null, grades: [], sections: [],
};
