/* The whole hall in a corner, and where in it one looks. */
import type { SeatRenderer } from "./renderer";
import type { SeatStore } from "./store";

const longSide = 168;

export class Minimap {
  private readonly scale: number;
  private readonly picture: HTMLCanvasElement;
  private readonly context: CanvasRenderingContext2D;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly renderer: SeatRenderer,
    private readonly store: SeatStore,
  ) {
    const { bounds } = store.map;
    const ratio = Math.min(2, devicePixelRatio || 1);
    const fit = longSide / Math.max(bounds.width, bounds.height);
    this.scale = fit * ratio;
    canvas.width = Math.ceil(bounds.width * this.scale);
    canvas.height = Math.ceil(bounds.height * this.scale);
    canvas.style.width = `${Math.ceil(bounds.width * fit)}px`;
    canvas.style.height = `${Math.ceil(bounds.height * fit)}px`;
    this.context = canvas.getContext("2d") as CanvasRenderingContext2D;
    this.picture = document.createElement("canvas");
    this.picture.width = canvas.width;
    this.picture.height = canvas.height;
    this.redraw();
  }

  /* The hall itself, after availability changed. */
  redraw(): void {
    const { map } = this.store;
    const left = map.sections.map((_, i) => this.store.leftIn(i));
    const context = this.picture.getContext("2d") as CanvasRenderingContext2D;
    context.clearRect(0, 0, this.picture.width, this.picture.height);
    for (const [i, { outline, grade, count }] of map.sections.entries()) {
      context.beginPath();
      for (let k = 0; k < outline.length; k += 2)
        context.lineTo((outline[k] - map.bounds.x) * this.scale, (outline[k + 1] - map.bounds.y) * this.scale);
      context.fillStyle = left[i] ? (map.grades[grade]?.color ?? "#777") : "#444653";
      context.globalAlpha = left[i] ? 0.35 + (0.65 * left[i]) / count : 1;
      context.fill();
    }
    context.globalAlpha = 1;
    if (map.stage) {
      context.fillStyle = "#ffd27a";
      const { x, y, width, height } = map.stage;
      context.fillRect((x - map.bounds.x) * this.scale, (y - map.bounds.y) * this.scale, width * this.scale, height * this.scale);
    }
    this.place();
  }

  /* The frame, after the camera moved. */
  place(): void {
    const { context, canvas, scale } = this;
    const { bounds } = this.store.map;
    const seen = this.renderer.camera.visible();
    /* Needed only once part of the hall is out of sight. */
    canvas.hidden = seen.width >= bounds.width && seen.height >= bounds.height;
    context.clearRect(0, 0, canvas.width, canvas.height);
    context.drawImage(this.picture, 0, 0);
    const x = Math.max(1, (seen.x - bounds.x) * scale);
    const y = Math.max(1, (seen.y - bounds.y) * scale);
    const right = Math.min(canvas.width - 1, (seen.x + seen.width - bounds.x) * scale);
    const bottom = Math.min(canvas.height - 1, (seen.y + seen.height - bounds.y) * scale);
    context.strokeStyle = "#fff";
    context.lineWidth = 2;
    context.strokeRect(x, y, right - x, bottom - y);
  }
}
