/* Draws the hall on a canvas in device pixels. Far away: blocks with what is left; nearer: dots; near: seats. */
import type { Rect } from "../api/shapes/performance";
import { free } from "./availability";
import type { SeatGrid } from "./grid";
import type { SeatMap, SectionInfo } from "./model";
import { ground, taken, type SeatSprites } from "./sprites";
import type { SeatStore } from "./store";

export interface Scene {
  map: SeatMap;
  grid: SeatGrid;
  sprites: SeatSprites;
  /* Device pixels a unit, and the hall's point at the canvas's corner. */
  scale: number;
  x: number;
  y: number;
  /* Device pixels of one CSS pixel. */
  ratio: number;
  chosen: ReadonlySet<number>;
  hover: number;
  /* For what the filter wants to see. */
  store: SeatStore;
  ready: boolean;
  /* Sections only: what is behind a stretched picture. */
  coarse: boolean;
  words: { stage: string; count(free: number): string; soldOut: string };
}

/* A seat's share of the distance to its neighbour. */
export const seatShare = 0.78;
export type Detail = "blocks" | "dots" | "seats";

export function detailFor(pitchInCssPixels: number): Detail {
  if (pitchInCssPixels < 3.6) return "blocks";
  return pitchInCssPixels < 8 ? "dots" : "seats";
}

const font = (size: number, weight = 600) =>
  `${weight} ${size}px Pretendard, "Apple SD Gothic Neo", "Noto Sans KR", NanumGothic, sans-serif`;

export function paintHall(context: CanvasRenderingContext2D, scene: Scene, area: Rect): void {
  const { map, ratio } = scene;
  context.fillStyle = ground;
  const left = (area.x - scene.x) * scene.scale;
  const top = (area.y - scene.y) * scene.scale;
  context.fillRect(left - 1, top - 1, area.width * scene.scale + 2, area.height * scene.scale + 2);

  const detail = detailFor((map.pitch * scene.scale) / ratio);
  paintStage(context, scene);
  map.sections.forEach((section, i) => {
    if (!overlaps(section.box, area)) return;
    traceOutline(context, scene, section);
    const block = detail === "blocks" || section.kind === "area";
    const left = scene.store.leftIn(i);
    paintGround(context, scene, section, left, block);
    if (block) labelBlock(context, scene, section, left);
  });
  for (const section of map.sections) paintPointer(context, scene, section, area);
  if (scene.coarse) return;
  if (detail === "dots") paintDots(context, scene, area);
  if (detail === "seats") paintSeats(context, scene, area);
  if (detail !== "blocks") labelRows(context, scene, area);
  paintChosen(context, scene);
}

function overlaps(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function paintStage(context: CanvasRenderingContext2D, scene: Scene): void {
  const { stage } = scene.map;
  if (!stage) return;
  const x = (stage.x - scene.x) * scene.scale;
  const y = (stage.y - scene.y) * scene.scale;
  const width = stage.width * scene.scale;
  const height = stage.height * scene.scale;
  context.fillStyle = "#2a2a38";
  context.beginPath();
  context.roundRect(x, y, width, height, Math.min(width, height) * 0.12);
  context.fill();
  context.strokeStyle = "#ffd27a";
  context.lineWidth = 1.5 * scene.ratio;
  context.stroke();
  const size = Math.min(height * 0.42, width * 0.12, 30 * scene.ratio);
  if (size < 7 * scene.ratio) return;
  context.fillStyle = "#ffd27a";
  write(context, scene.words.stage, x + width / 2, y + height / 2, size);
}

function traceOutline(context: CanvasRenderingContext2D, scene: Scene, { outline }: SectionInfo): void {
  context.beginPath();
  for (let i = 0; i < outline.length; i += 2) {
    const x = (outline[i] - scene.x) * scene.scale;
    const y = (outline[i + 1] - scene.y) * scene.scale;
    if (i === 0) context.moveTo(x, y);
    else context.lineTo(x, y);
  }
  context.closePath();
}

function paintGround(context: CanvasRenderingContext2D, scene: Scene, section: SectionInfo, left: number, block: boolean): void {
  const open = left > 0 || !scene.ready;
  const lit = scene.store.fit === null || left > 0;
  const color = scene.map.grades[section.grade]?.color ?? taken;
  if (!block) {
    context.fillStyle = "#1d1d28";
    context.fill();
    return;
  }
  context.fillStyle = "#1d1d28";
  context.fill();
  context.globalAlpha = lit ? (open ? 0.18 + (0.34 * left) / Math.max(1, section.count) : 0.12) : 0.08;
  context.fillStyle = open ? color : taken;
  context.fill();
  context.globalAlpha = lit ? 1 : 0.35;
  context.strokeStyle = open ? color : taken;
  context.lineWidth = scene.ratio;
  context.stroke();
  context.globalAlpha = 1;
}

/* Name and what is left, as large as the block allows; the name alone where it is small. */
function labelBlock(context: CanvasRenderingContext2D, scene: Scene, section: SectionInfo, left: number): void {
  const { x, y, room } = section.label;
  const side = room * scene.scale;
  const size = Math.min(side * 0.3, 17 * scene.ratio);
  const said = left ? scene.words.count(left) : section.free ? "–" : scene.words.soldOut;
  const both = size >= 7.5 * scene.ratio && scene.ready;
  if (size < 5.5 * scene.ratio) return;
  const px = (x - scene.x) * scene.scale;
  const py = (y - scene.y) * scene.scale;
  context.fillStyle = "#fff";
  write(context, section.name, px, both ? py - size * 0.55 : py, both ? size : size * 1.2, side);
  if (!both) return;
  context.fillStyle = left ? "#e7e7f0" : "#c3c5d4";
  write(context, said, px, py + size * 0.62, size * 0.86, side * 0.9);
}

/* An arrow before the section's edge, to where its seats look. */
function paintPointer(context: CanvasRenderingContext2D, scene: Scene, { pointer, label }: SectionInfo, area: Rect): void {
  if (!pointer) return;
  const size = Math.min(label.room * scene.scale * 0.09, 7 * scene.ratio);
  const reach = size / scene.scale;
  if (size < 2.5 * scene.ratio || !overlaps({ x: pointer.x - reach, y: pointer.y - reach, width: 2 * reach, height: 2 * reach }, area)) return;
  const x = (pointer.x - scene.x) * scene.scale;
  const y = (pointer.y - scene.y) * scene.scale;
  const [along, across] = [pointer.dx * size, pointer.dy * size];
  context.beginPath();
  context.moveTo(x + along, y + across);
  context.lineTo(x - across, y + along);
  context.lineTo(x + across, y - along);
  context.closePath();
  context.fillStyle = "#ffd27a";
  context.fill();
}

function write(context: CanvasRenderingContext2D, text: string, x: number, y: number, size: number, room?: number): void {
  context.font = font(Math.round(size));
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText(text, x, y, room ? room * 0.94 : undefined);
}

/* Squares, one colour after another: changing the colour is what costs. */
function paintDots(context: CanvasRenderingContext2D, scene: Scene, area: Rect): void {
  const { map, scale } = scene;
  const side = Math.max(1, Math.round(map.pitch * scale * seatShare));
  const buckets: number[][] = [...map.grades.map(() => [] as number[]), []];
  const { fit, filter: { value: { onlyFree } } } = scene.store;
  const last = map.grades.length;
  scene.grid.within(area, (seat) => {
    const isFree = map.state[seat] === free;
    if (onlyFree && !isFree) return;
    const open = isFree && (fit === null || fit[seat] === 1);
    buckets[open ? map.grade[seat] : last].push(seat);
  });
  buckets.forEach((seats, i) => {
    context.fillStyle = map.grades[i]?.color ?? "#33343f";
    const thin = i === last ? Math.max(1, Math.round(side * 0.45)) : side;
    const half = thin / 2;
    for (const seat of seats)
      context.fillRect(Math.round((map.xs[seat] - scene.x) * scale - half), Math.round((map.ys[seat] - scene.y) * scale - half), thin, thin);
  });
}

function paintSeats(context: CanvasRenderingContext2D, scene: Scene, area: Rect): void {
  const { map, scale, sprites, chosen } = scene;
  const { fit, filter: { value: { onlyFree } } } = scene.store;
  const pitch = map.pitch * scale;
  const numbered = pitch / scene.ratio >= 21;
  const marked = pitch / scene.ratio >= 14;
  const reach = map.pitch;
  const wide = { x: area.x - reach, y: area.y - reach, width: area.width + 2 * reach, height: area.height + 2 * reach };
  if (numbered) {
    context.font = font(Math.round(pitch * 0.32), 700);
    context.textAlign = "center";
    context.textBaseline = "middle";
  }
  scene.grid.within(wide, (seat) => {
    const x = (map.xs[seat] - scene.x) * scale;
    const y = (map.ys[seat] - scene.y) * scale;
    const state = map.state[seat];
    const dark = fit !== null && !fit[seat];
    if (onlyFree && state !== free) return;
    if (dark) context.globalAlpha = 0.22;
    sprites.draw(context, map.grade[seat], state, x, y);
    if (numbered && state === free && !chosen.has(seat)) {
      context.fillStyle = "#14141c";
      context.fillText(map.number(seat), x, y, pitch * 0.7);
    }
    if (marked && map.traits[seat] && state === free && !chosen.has(seat)) sprites.mark(context, map.traits[seat], x, y);
    if (dark) context.globalAlpha = 1;
  });
}

/* Row names to the left of the leftmost seat, where they can be read. */
function labelRows(context: CanvasRenderingContext2D, scene: Scene, area: Rect): void {
  const { map, scale } = scene;
  const size = Math.min(map.pitch * scale * 0.5, 13 * scene.ratio);
  if (size < 7 * scene.ratio) return;
  context.fillStyle = "#b9bbcc";
  for (const section of map.sections) {
    if (section.kind === "area" || !overlaps(section.box, area)) continue;
    for (const row of section.rows) {
      if (row.count === 0) continue;
      const last = row.first + row.count - 1;
      const end = map.xs[row.first] <= map.xs[last] ? row.first : last;
      const x = (map.xs[end] - map.pitch * 0.95 - scene.x) * scale;
      const y = (map.ys[end] - scene.y) * scale;
      write(context, row.name, x, y, size, map.pitch * scale);
    }
  }
}

/* The spotlight: chosen seats are ringed and ticked, the one under the pointer is ringed. */
function paintChosen(context: CanvasRenderingContext2D, scene: Scene): void {
  const { map, scale, ratio } = scene;
  const radius = Math.max(map.pitch * scale * 0.5, 4 * ratio);
  const ring = (seat: number) => {
    context.beginPath();
    context.arc((map.xs[seat] - scene.x) * scale, (map.ys[seat] - scene.y) * scale, radius, 0, 2 * Math.PI);
  };
  for (const seat of scene.chosen) {
    ring(seat);
    context.fillStyle = "#ffd27a";
    context.fill();
    context.lineWidth = Math.max(2 * ratio, radius * 0.16);
    context.strokeStyle = "#fff";
    context.stroke();
    if (radius < 5 * ratio) continue;
    const x = (map.xs[seat] - scene.x) * scale;
    const y = (map.ys[seat] - scene.y) * scale;
    context.beginPath();
    context.moveTo(x - radius * 0.4, y);
    context.lineTo(x - radius * 0.1, y + radius * 0.32);
    context.lineTo(x + radius * 0.42, y - radius * 0.34);
    context.strokeStyle = "#14141c";
    context.lineWidth = Math.max(1.5 * ratio, radius * 0.18);
    context.stroke();
  }
  if (scene.hover >= 0 && !scene.chosen.has(scene.hover)) {
    ring(scene.hover);
    context.lineWidth = 2 * ratio;
    context.strokeStyle = "#fff";
    context.stroke();
  }
}
