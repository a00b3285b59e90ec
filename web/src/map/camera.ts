/* Which part of the hall is on the screen. (x, y) is the hall's point at the screen's corner; scale is pixels a unit. */
import type { Rect } from "../api/shapes/performance";

export interface View {
  x: number;
  y: number;
  scale: number;
}

export class Camera implements View {
  x = 0;
  y = 0;
  scale = 1;
  width = 1;
  height = 1;
  private least = 0.01;

  constructor(
    private bounds: Rect,
    private readonly most: number,
  ) {}

  resize(width: number, height: number): void {
    const centre = this.toHall(this.width / 2, this.height / 2);
    this.width = Math.max(1, width);
    this.height = Math.max(1, height);
    this.least = this.fitting(this.bounds, 0.04).scale * 0.9;
    this.centreOn(centre.x, centre.y, this.scale);
  }

  /* The hall has another size; what is looked at stays where it is, as far as it is inside. */
  enclose(bounds: Rect): void {
    this.bounds = bounds;
    this.resize(this.width, this.height);
  }

  toHall(sx: number, sy: number): { x: number; y: number } {
    return { x: this.x + sx / this.scale, y: this.y + sy / this.scale };
  }

  visible(): Rect {
    return { x: this.x, y: this.y, width: this.width / this.scale, height: this.height / this.scale };
  }

  /* The view that shows all of `rect` with a margin (a share of the screen). */
  fitting(rect: Rect, margin: number): View {
    const room = 1 - 2 * margin;
    const scale = Math.min(
      this.most,
      (this.width * room) / Math.max(rect.width, 1e-6),
      (this.height * room) / Math.max(rect.height, 1e-6),
    );
    return this.centred(rect.x + rect.width / 2, rect.y + rect.height / 2, scale);
  }

  centred(x: number, y: number, scale: number): View {
    return { x: x - this.width / 2 / scale, y: y - this.height / 2 / scale, scale };
  }

  set(view: View): void {
    this.scale = Math.min(this.most, Math.max(this.least, view.scale));
    this.x = view.x;
    this.y = view.y;
    this.keepInside();
  }

  pan(dx: number, dy: number): void {
    this.set({ x: this.x - dx / this.scale, y: this.y - dy / this.scale, scale: this.scale });
  }

  /* The point under (sx, sy) stays there. */
  zoomAt(sx: number, sy: number, factor: number): void {
    const point = this.toHall(sx, sy);
    const scale = Math.min(this.most, Math.max(this.least, this.scale * factor));
    this.set({ x: point.x - sx / scale, y: point.y - sy / scale, scale });
  }

  centreOn(x: number, y: number, scale: number): void {
    this.set(this.centred(x, y, scale));
  }

  /* The middle of the screen never leaves the hall. */
  private keepInside(): void {
    const { bounds, width, height, scale } = this;
    const halfWidth = width / 2 / scale;
    const halfHeight = height / 2 / scale;
    const middle = (value: number, low: number, size: number) => Math.min(low + size, Math.max(low, value));
    this.x = middle(this.x + halfWidth, bounds.x, bounds.width) - halfWidth;
    this.y = middle(this.y + halfHeight, bounds.y, bounds.height) - halfHeight;
  }
}

/* Between two views: straight for the middle of the screen, geometric for the scale. */
export function between(from: View, to: View, width: number, height: number, part: number): View {
  const eased = part < 0.5 ? 2 * part * part : 1 - (2 - 2 * part) ** 2 / 2;
  const scale = from.scale * (to.scale / from.scale) ** eased;
  const mix = (a: number, b: number) => a + (b - a) * eased;
  const cx = mix(from.x + width / 2 / from.scale, to.x + width / 2 / to.scale);
  const cy = mix(from.y + height / 2 / from.scale, to.y + height / 2 / to.scale);
  return { x: cx - width / 2 / scale, y: cy - height / 2 / scale, scale };
}
