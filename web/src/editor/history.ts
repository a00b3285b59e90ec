/* Undo and redo. Plans share what they have in common, so a step costs what it changed; what all steps cost together is bounded, and beyond it the
   oldest are forgotten: thousands of ordinary steps, dozens that move the whole house. */
import { isArea, type Chosen, type Plan } from "./plan";

export interface State {
  plan: Plan;
  chosen: Chosen;
}

interface Step {
  state: State;
  cost: number;
}

/* In seats; some 100 bytes each. */
const budget = 1_000_000;
/* What a step costs at least. */
const least = 50;

export class History {
  private past: Step[] = [];
  private future: Step[] = [];
  private cost = 0;
  /* What the newest step was, for steps that grow: an arrow key that is held down is one step. */
  private kind = "";

  constructor(private now: State) {}

  get state(): State {
    return this.now;
  }

  get canUndo(): boolean {
    return this.past.length > 0;
  }

  get canRedo(): boolean {
    return this.future.length > 0;
  }

  /* A change; one of the same `kind` as the newest becomes part of it. */
  push(state: State, kind = ""): void {
    if (kind === "" || kind !== this.kind || this.past.length === 0) {
      const cost = changed(this.now.plan, state.plan);
      this.past.push({ state: this.now, cost });
      this.cost += cost;
    }
    for (const step of this.future) this.cost -= step.cost;
    this.future = [];
    this.kind = kind;
    this.now = state;
    while (this.cost > budget && this.past.length > 1) this.cost -= (this.past.shift() as Step).cost;
  }

  /* Something else is chosen: no step, but the end of one that grows. */
  choose(chosen: Chosen): void {
    this.kind = "";
    this.now = { ...this.now, chosen };
  }

  undo(): boolean {
    return this.turn(this.past, this.future);
  }

  redo(): boolean {
    return this.turn(this.future, this.past);
  }

  private turn(from: Step[], to: Step[]): boolean {
    const step = from.pop();
    if (!step) return false;
    to.push({ state: this.now, cost: step.cost });
    this.now = step.state;
    this.kind = "";
    return true;
  }
}

/* The seats in rows that the two plans do not share, each row counted once. */
export function changed(before: Plan, after: Plan): number {
  const had = new Set<unknown>();
  for (const section of before.sections) {
    had.add(section);
    if (!isArea(section)) for (const row of section.rows) had.add(row);
  }
  let cost = least;
  for (const section of after.sections)
    if (!had.has(section) && !isArea(section)) for (const row of section.rows) cost += had.has(row) ? 1 : row.seats.length;
  return cost;
}
