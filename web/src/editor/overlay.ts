/* What the editor draws over the map: what is chosen, what is being drawn, the rubber band. */
import { taken } from "../map/sprites";
import type { SeatRenderer } from "../map/renderer";
import type { Rect } from "../api/shapes/performance";
import type { Editor } from "./editor";
import { isArea, type Point } from "./plan";

export interface Gesture {
  /* How far what is chosen has been dragged. */
  shift: Point | null;
  band: Rect | null;
  sketch: Point[][] | null;
  /* Corners of an area that is being drawn. */
  area: Point[] | null;
  /* Seats (in map order) that the brush has been over. */
  painted: ReadonlySet<number> | null;
}

export const still: Gesture = { shift: null, band: null, sketch: null, area: null, painted: null };

const light = "#ffd27a";

/* Paints it all. While what is chosen is dragged, it is only slid: painted once, wherever it goes. */
export function paintOverlay(canvas: HTMLCanvasElement, renderer: SeatRenderer, editor: Editor, gesture: Gesture): void {
  const { camera } = renderer;
  const { shift } = gesture;
  canvas.style.transform = shift ? `translate(${shift.x * camera.scale}px, ${shift.y * camera.scale}px)` : "";
  if (shift) return;
  const ratio = Math.min(2, devicePixelRatio || 1);
  const [width, height] = [Math.round(camera.width * ratio), Math.round(camera.height * ratio)];
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const context = canvas.getContext("2d") as CanvasRenderingContext2D;
  const scale = camera.scale * ratio;
  context.clearRect(0, 0, width, height);
  const side = Math.max(2, Math.round(renderer.pitch * ratio * 0.78));
  const brush: Brush = {
    context, ratio,
    at: ({ x, y }) => [(x - camera.x) * scale, (y - camera.y) * scale],
    seat: (x, y) => context.fillRect(Math.round((x - camera.x) * scale - side / 2), Math.round((y - camera.y) * scale - side / 2), side, side),
  };

  paintChosen(brush, renderer, editor);
  if (gesture.painted) {
    context.fillStyle = editor.plan.value.grades[editor.pen.value.grade]?.color ?? taken;
    const { xs, ys } = editor.store.map;
    for (const seat of gesture.painted) brush.seat(xs[seat], ys[seat]);
  }
  context.fillStyle = light;
  for (const row of gesture.sketch ?? []) for (const { x, y } of row) brush.seat(x, y);
  context.lineWidth = 1.5 * ratio;
  context.strokeStyle = light;
  if (gesture.area) trace(brush, gesture.area);
  if (gesture.band) {
    const { x, y, width: w, height: h } = gesture.band;
    context.setLineDash([5 * ratio, 4 * ratio]);
    context.strokeRect(...brush.at({ x, y }), w * scale, h * scale);
    context.setLineDash([]);
  }
}

interface Brush {
  context: CanvasRenderingContext2D;
  ratio: number;
  /* A place of the plan on the canvas. */
  at(point: Point): [number, number];
  seat(x: number, y: number): void;
}

/* Far away, sections of which all is chosen are one shape each; near, only the seats on the screen are looked at. */
function paintChosen(brush: Brush, renderer: SeatRenderer, editor: Editor): void {
  const chosen = editor.chosen.value;
  if (chosen.size === 0) return;
  const { context, ratio } = brush;
  const { map } = editor.store;
  const blocks = renderer.detail === "blocks";
  const seat = (i: number) => void (chosen.has(editor.ids[i]) && brush.seat(map.xs[i], map.ys[i]));
  context.fillStyle = light;
  context.strokeStyle = light;
  context.lineWidth = 2.5 * ratio;
  if (!blocks) renderer.grid.within(renderer.camera.visible(), seat);
  const { sections } = editor.plan.value;
  for (const section of editor.sections.value) {
    if (isArea(section)) trace(brush, section.corners);
    else if (blocks) {
      const { first, count, outline } = map.sections[sections.indexOf(section)];
      if (editor.whole.value.has(section)) veil(brush, outline);
      else for (let i = first; i < first + count; i++) seat(i);
    }
  }
}

function veil(brush: Brush, outline: Float32Array): void {
  const corners = Array.from({ length: outline.length >> 1 }, (_, i) => ({ x: outline[2 * i], y: outline[2 * i + 1] }));
  trace(brush, corners);
  brush.context.globalAlpha = 0.4;
  brush.context.fill();
  brush.context.globalAlpha = 1;
}

function trace({ context, at }: Brush, corners: readonly Point[]): void {
  context.beginPath();
  corners.forEach((corner, i) => (i === 0 ? context.moveTo(...at(corner)) : context.lineTo(...at(corner))));
  context.closePath();
  context.stroke();
}
