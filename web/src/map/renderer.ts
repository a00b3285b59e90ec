/* Decides what to paint and when: the whole hall after the camera moved, a few squares after seats changed. */
import type { Rect } from "../api/shapes/performance";
import { between, Camera, type View } from "./camera";
import { SeatGrid } from "./grid";
import { detailFor, paintHall, seatShare, type Detail, type Scene } from "./paint";
import { SeatSprites } from "./sprites";
import type { SeatStore } from "./store";

const maxRatio = 2;
/* More changed seats than this, and painting everything is cheaper. */
const maxPatches = 48;
/* A whole paint slower than this (ms) is not repeated in every frame of a zoom, only this often (ms). */
const slowPaint = 9;
const crispEvery = 260;

export class SeatRenderer {
  readonly camera: Camera;
  grid: SeatGrid;
  onMove: () => void = () => undefined;
  hover = -1;
  private readonly context: CanvasRenderingContext2D;
  private sprites: SeatSprites;
  private ratio = 1;
  private frame = 0;
  private whole = true;
  private patches = new Set<number>();
  /* The view the canvas shows crisply; null while it shows a stretched picture. */
  private painted: View | null = null;
  private picture: { copy: HTMLCanvasElement; view: View } | null = null;
  private stretchable = false;
  private crispAt = 0;
  /* The hall has been on the screen with what is free: browsers' tools show when. */
  private opened = false;
  private wholeMs = 0;
  private settle: ReturnType<typeof setTimeout> | undefined;
  private flight: { from: View; to: View; start: number; ms: number } | null = null;
  private words: Scene["words"];
  private readonly unsubscribe: () => void;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly store: SeatStore,
    words: Scene["words"],
  ) {
    this.context = canvas.getContext("2d", { alpha: false }) as CanvasRenderingContext2D;
    this.words = words;
    const { map } = store;
    this.camera = new Camera(map.bounds, 56 / map.pitch);
    this.grid = new SeatGrid(map);
    this.sprites = new SeatSprites(map.grades, 8);
    this.unsubscribe = store.subscribe((seats) => {
      if (this.grid.map !== store.map) this.renew();
      this.invalidate(seats);
    });
  }

  destroy(): void {
    this.unsubscribe();
    cancelAnimationFrame(this.frame);
    clearTimeout(this.settle);
  }

  /* The store has another map. */
  private renew(): void {
    const { map } = this.store;
    this.grid = new SeatGrid(map);
    this.sprites = new SeatSprites(map.grades, this.sprites.size);
    this.hover = -1;
    this.patches.clear();
    this.camera.enclose(map.bounds);
  }

  setWords(words: Scene["words"]): void {
    this.words = words;
    this.invalidate(null);
  }

  resize(width: number, height: number): void {
    /* Hidden: the view waits as it is. */
    if (width < 2 || height < 2) return;
    const first = this.camera.width === 1;
    this.ratio = Math.min(maxRatio, devicePixelRatio || 1);
    this.canvas.width = Math.round(width * this.ratio);
    this.canvas.height = Math.round(height * this.ratio);
    this.camera.resize(width, height);
    if (first) this.camera.set(this.home());
    this.invalidate(null);
    this.onMove();
  }

  get detail(): Detail {
    return detailFor(this.pitch);
  }

  /* The distance of neighbouring seats in CSS pixels. */
  get pitch(): number {
    return this.store.map.pitch * this.camera.scale;
  }

  home(): View {
    return this.camera.fitting(this.store.map.bounds, 0.04);
  }

  move(change: (camera: Camera) => void): void {
    this.flight = null;
    change(this.camera);
    this.moved();
  }

  fly(to: View): void {
    if (matchMedia("(prefers-reduced-motion: reduce)").matches) {
      this.move((camera) => camera.set(to));
      return;
    }
    const { x, y, scale } = this.camera;
    this.flight = { from: { x, y, scale }, to, start: performance.now(), ms: 320 };
    this.schedule();
  }

  private moved(): void {
    this.stretchable = true;
    this.schedule();
    this.onMove();
  }

  /* Brings a seat to the middle, near enough to be seen as one. */
  show(seat: number): void {
    const { map } = this.store;
    this.fly(this.camera.centred(map.xs[seat], map.ys[seat], Math.max(this.camera.scale, 24 / map.pitch)));
  }

  setHover(seat: number): void {
    if (seat === this.hover) return;
    const old = this.hover;
    this.hover = seat;
    this.invalidate([old, seat].filter((one) => one >= 0));
  }

  invalidate(seats: number[] | null): void {
    if (!seats || this.detail === "blocks" || this.patches.size + seats.length > maxPatches) {
      this.whole = true;
      this.stretchable = false;
    } else for (const seat of seats) this.patches.add(seat);
    this.schedule();
  }

  private schedule(): void {
    this.frame ||= requestAnimationFrame((time) => this.paint(time));
  }

  private paint(time: number): void {
    this.frame = 0;
    const began = performance.now();
    if (this.flight) this.advance(time);
    const scene = this.scene();
    const { painted } = this;
    if (!this.whole && painted?.scale === scene.scale) this.shift(scene, painted);
    else if (this.mayStretch(scene, began)) this.stretch(scene);
    else this.paintWhole(scene, began);
    if (this.flight) this.schedule();
  }

  private paintWhole(scene: Scene, began: number): void {
    clearTimeout(this.settle);
    paintHall(this.context, scene, this.area(scene, 0, 0, this.canvas.width, this.canvas.height));
    this.painted = { x: scene.x, y: scene.y, scale: scene.scale };
    this.picture = null;
    this.whole = false;
    this.patches.clear();
    this.crispAt = performance.now();
    this.wholeMs = this.crispAt - began;
    if (scene.ready && !this.opened) performance.mark("seats painted");
    this.opened ||= scene.ready;
  }

  /* The camera only slid: what is there moves over, the uncovered strips and the changed seats are painted. */
  private shift(scene: Scene, painted: View): void {
    const { width, height } = this.canvas;
    const dx = Math.round((painted.x - scene.x) * scene.scale);
    const dy = Math.round((painted.y - scene.y) * scene.scale);
    if (Math.abs(dx) >= width || Math.abs(dy) >= height) {
      this.paintWhole(scene, performance.now());
      return;
    }
    if (dx !== 0 || dy !== 0) {
      this.context.drawImage(this.canvas, dx, dy);
      if (dx !== 0) this.paintPart(scene, dx > 0 ? 0 : width + dx, 0, Math.abs(dx), height);
      if (dy !== 0) this.paintPart(scene, 0, dy > 0 ? 0 : height + dy, width, Math.abs(dy));
      this.painted = { x: scene.x, y: scene.y, scale: scene.scale };
    }
    for (const seat of this.patches) this.patch(scene, seat);
    this.patches.clear();
  }

  /* Zooming a large hall stretches the last picture; it becomes crisp as soon as there is time. */
  private mayStretch(scene: Scene, now: number): boolean {
    return this.wholeMs > slowPaint && this.stretchable && scene.scale !== this.painted?.scale && now - this.crispAt < crispEvery;
  }

  private stretch(scene: Scene): void {
    const { canvas, context } = this;
    if (!this.picture && this.painted) {
      const copy = document.createElement("canvas");
      copy.width = canvas.width;
      copy.height = canvas.height;
      copy.getContext("2d", { alpha: false })?.drawImage(canvas, 0, 0);
      this.picture = { copy, view: this.painted };
    }
    if (!this.picture) return;
    const { copy, view } = this.picture;
    const grown = scene.scale / view.scale;
    paintHall(context, { ...scene, coarse: true }, this.area(scene, 0, 0, canvas.width, canvas.height));
    context.drawImage(
      copy, (view.x - scene.x) * scene.scale, (view.y - scene.y) * scene.scale, copy.width * grown, copy.height * grown,
    );
    this.painted = null;
    clearTimeout(this.settle);
    this.settle = setTimeout(() => this.invalidate(null), 90);
  }

  private advance(time: number): void {
    const { from, to, start, ms } = this.flight as NonNullable<typeof this.flight>;
    const part = Math.min(1, Math.max(0, (time - start) / ms));
    this.camera.set(between(from, to, this.camera.width, this.camera.height, part));
    this.moved();
    if (part === 1) this.flight = null;
  }

  private patch(scene: Scene, seat: number): void {
    const { map } = this.store;
    /* As far as a ring around it reaches. */
    const reach = Math.max(map.pitch * 0.62, (6 * this.ratio) / scene.scale);
    const left = Math.floor((map.xs[seat] - reach - scene.x) * scene.scale);
    const top = Math.floor((map.ys[seat] - reach - scene.y) * scene.scale);
    const side = Math.ceil(2 * reach * scene.scale) + 1;
    this.paintPart(scene, left, top, side, side);
  }

  private paintPart(scene: Scene, left: number, top: number, width: number, height: number): void {
    const { context } = this;
    context.save();
    context.beginPath();
    context.rect(left, top, width, height);
    context.clip();
    paintHall(context, scene, this.area(scene, left, top, width, height));
    context.restore();
  }

  /* A rectangle of the canvas in the hall's units. */
  private area(scene: Scene, left: number, top: number, width: number, height: number): Rect {
    const unit = 1 / scene.scale;
    return { x: scene.x + left * unit, y: scene.y + top * unit, width: width * unit, height: height * unit };
  }

  private scene(): Scene {
    const { camera, store, ratio } = this;
    const scale = camera.scale * ratio;
    const size = Math.max(3, Math.round(store.map.pitch * scale * seatShare));
    if (this.sprites.size !== size) this.sprites = new SeatSprites(store.map.grades, size);
    return {
      map: store.map, grid: this.grid, sprites: this.sprites, scale, ratio,
      /* On whole pixels, so that sliding is exact. */
      x: Math.round(camera.x * scale) / scale, y: Math.round(camera.y * scale) / scale, coarse: false,
      chosen: new Set(store.chosen.value), hover: this.hover, store, ready: store.ready.value, words: this.words,
    };
  }
}
