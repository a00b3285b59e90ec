/* What the pointer does with the tool in hand. The picture changes with each move of it, the plan once, when it is let go. */
import { insideOutline } from "../map/grid";
import type { SeatRenderer } from "../map/renderer";
import type { Rect } from "../api/shapes/performance";
import type { Editor } from "./editor";
import { still, type Gesture } from "./overlay";
import { idsOf, isArea, type Point, type Section } from "./plan";
import { rectangle } from "./shapes";

interface Drag {
  pointer: number;
  from: Point;
  /* Where it began, in CSS pixels. */
  start: Point;
  kind: "move" | "band" | "draw" | "brush";
  /* Chosen before, when the band adds to it. */
  before: ReadonlySet<number>;
  moved: boolean;
}

const slop = 4;
/* Places are drawn to a tenth of a pitch. */
const snap = (value: number) => Math.round(value * 10) / 10;
const snapped = ({ x, y }: Point): Point => ({ x: snap(x), y: snap(y) });

export class Pointer {
  gesture: Gesture = still;
  private drag: Drag | null = null;
  private painted = new Set<number>();

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly renderer: SeatRenderer,
    private readonly editor: Editor,
    private readonly repaint: () => void,
    private readonly nameFor: () => string,
  ) {}

  listen(): () => void {
    const { canvas } = this;
    const on = { pointermove: this.move, pointerup: this.up, pointercancel: this.cancel, dblclick: this.whole } as const;
    for (const [name, listener] of Object.entries(on)) canvas.addEventListener(name, listener as EventListener);
    return () => {
      for (const [name, listener] of Object.entries(on)) canvas.removeEventListener(name, listener as EventListener);
    };
  }

  /* A pointer that goes down: the hand's are left to the map. */
  claims = (event: PointerEvent): boolean => {
    if (this.editor.tool.value === "hand") return false;
    if (this.drag) return true;
    this.canvas.setPointerCapture(event.pointerId);
    const start = this.at(event);
    const from = this.renderer.camera.toHall(start.x, start.y);
    this.drag = { pointer: event.pointerId, start, from, kind: this.begin(from, event.shiftKey), before: this.editor.chosen.value, moved: false };
    if (this.drag.kind === "brush") this.brush(from);
    this.canvas.focus({ preventScroll: true });
    return true;
  };

  /* A tap with the hand chooses. */
  tap(x: number, y: number): void {
    this.pick(this.renderer.camera.toHall(x, y), false);
  }

  get busy(): boolean {
    return this.drag !== null;
  }

  cancel = (): void => {
    this.drag = null;
    this.painted = new Set();
    this.show(still);
  };

  private begin(from: Point, adds: boolean): Drag["kind"] {
    const { editor } = this;
    if (editor.tool.value === "brush") return "brush";
    if (editor.tool.value !== "select") return "draw";
    return this.pick(from, adds) ? "move" : "band";
  }

  private at(event: MouseEvent): Point {
    const box = this.canvas.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  }

  /* ---- what is under a point ---- */

  /* Far away, sections; near, seats. */
  private hit(point: Point): number[] {
    const { renderer, editor } = this;
    const seat = renderer.grid.nearest(point.x, point.y, Math.max(0.6, 5 / renderer.camera.scale));
    const section = seat < 0 || renderer.detail === "blocks" ? this.sectionAt(point) : null;
    if (section && (seat < 0 ? isArea(section) || renderer.detail === "blocks" : true)) return idsOf(section);
    return seat < 0 ? [] : [editor.ids[seat]];
  }

  private sectionAt({ x, y }: Point): Section | null {
    const at = this.editor.store.map.sections.findIndex(({ outline }) => insideOutline(outline, x, y));
    return this.editor.plan.value.sections[at] ?? null;
  }

  /* Chooses what is there; false: nothing is. */
  private pick(point: Point, adds: boolean): boolean {
    const { editor } = this;
    const ids = this.hit(point);
    if (ids.length === 0) return false;
    const had = ids.every((id) => editor.chosen.value.has(id));
    if (adds) {
      const chosen = new Set(editor.chosen.value);
      for (const id of ids)
        if (had) chosen.delete(id);
        else chosen.add(id);
      editor.choose(chosen);
    } else if (!had) editor.choose(new Set(ids));
    return true;
  }

  private whole = (event: MouseEvent): void => {
    const { editor, renderer } = this;
    if (editor.tool.value !== "select") return;
    const { x, y } = this.at(event);
    const [id] = this.hit(renderer.camera.toHall(x, y));
    const section = editor.plan.value.sections.find((one) => idsOf(one).includes(id));
    if (section) editor.chooseSection(section.id);
  };

  /* ---- dragging ---- */

  private move = (event: PointerEvent): void => {
    const { drag, editor } = this;
    if (drag?.pointer !== event.pointerId) return;
    const here = this.at(event);
    drag.moved ||= Math.hypot(here.x - drag.start.x, here.y - drag.start.y) > slop;
    if (!drag.moved) return;
    const to = this.renderer.camera.toHall(here.x, here.y);
    if (drag.kind === "move") this.show({ ...still, shift: { x: snap(to.x - drag.from.x), y: snap(to.y - drag.from.y) } });
    else if (drag.kind === "band") this.show({ ...still, band: between(drag.from, to) });
    else if (drag.kind === "brush") this.brush(to);
    else {
      const [a, b] = [snapped(drag.from), snapped(to)];
      this.show({ ...still, sketch: editor.sketch(a, b), area: editor.tool.value === "area" ? rectangle(a, b) : null });
    }
  };

  private up = (event: PointerEvent): void => {
    const { drag, editor, gesture } = this;
    if (drag?.pointer !== event.pointerId) return;
    const here = this.at(event);
    const to = this.renderer.camera.toHall(here.x, here.y);
    if (drag.kind === "move" && gesture.shift) editor.move(gesture.shift.x, gesture.shift.y);
    else if (drag.kind === "brush") this.paint();
    else if (drag.kind === "draw" && (drag.moved || editor.tool.value === "table")) editor.make(snapped(drag.from), snapped(to), this.nameFor());
    else if (drag.kind === "band") this.choose(drag.moved ? between(drag.from, to) : null, event.shiftKey ? drag.before : new Set());
    this.cancel();
  };

  private choose(band: Rect | null, before: ReadonlySet<number>): void {
    const { editor, renderer } = this;
    const chosen = new Set(before);
    const { map } = editor.store;
    const inside = (x: number, y: number) => band && x >= band.x && x <= band.x + band.width && y >= band.y && y <= band.y + band.height;
    if (band) renderer.grid.within(band, (seat) => void (inside(map.xs[seat], map.ys[seat]) && chosen.add(editor.ids[seat])));
    for (const section of editor.plan.value.sections)
      if (isArea(section) && section.corners.every(({ x, y }) => inside(x, y))) chosen.add(section.id);
    editor.choose(chosen);
  }

  private brush(at: Point): void {
    const { editor, renderer } = this;
    const reach = Math.max(0.7, 8 / renderer.camera.scale);
    const { map } = editor.store;
    renderer.grid.within({ x: at.x - reach, y: at.y - reach, width: 2 * reach, height: 2 * reach }, (seat) => {
      if (Math.hypot(map.xs[seat] - at.x, map.ys[seat] - at.y) <= reach) this.painted.add(seat);
    });
    const section = this.sectionAt(at);
    if (section && isArea(section)) this.painted.add(map.sections[editor.plan.value.sections.indexOf(section)].first);
    this.show({ ...still, painted: this.painted });
  }

  private paint(): void {
    const { editor, painted } = this;
    if (painted.size > 0) editor.paint(new Set([...painted].map((seat) => editor.ids[seat])));
  }

  private show(gesture: Gesture): void {
    this.gesture = gesture;
    this.repaint();
  }
}

function between(a: Point, b: Point): Rect {
  return { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), width: Math.abs(b.x - a.x), height: Math.abs(b.y - a.y) };
}
