/* Ready-drawn seats of one size: a cell for each grade, then held, sold, not for sale. Colour never speaks alone:
   grades differ in shape, a held seat is hollow, a sold one is crossed out, one not for sale is a dash. */
import { markOutline } from "../ui/GradeMark";
import { traitBadge } from "../ui/TraitMark";
import { held, notForSale, sold } from "./availability";
import { trait, type Grade } from "./model";

export const ground = "#14141c";
export const taken = "#5b5d6e";

const disc = new Path2D("M8 0a8 8 0 1 1 0 16 8 8 0 0 1 0-16z");

export class SeatSprites {
  readonly size: number;
  private readonly sheet: HTMLCanvasElement;

  constructor(
    private readonly grades: readonly Grade[],
    size: number,
  ) {
    this.size = Math.max(3, Math.round(size));
    this.sheet = document.createElement("canvas");
    this.sheet.width = this.size * (grades.length + 3);
    this.sheet.height = this.size;
    const context = this.sheet.getContext("2d") as CanvasRenderingContext2D;
    context.scale(this.size / 16, this.size / 16);
    grades.forEach((grade, i) => {
      context.fillStyle = grade.color;
      context.fill(new Path2D(markOutline(i)));
      context.translate(16, 0);
    });
    context.strokeStyle = taken;
    context.lineWidth = 2;
    context.lineCap = "round";
    context.stroke(new Path2D("M4 3h8a1 1 0 0 1 1 1v8a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V4a1 1 0 0 1 1-1z"));
    context.translate(16, 0);
    context.stroke(new Path2D("M4 4l8 8M12 4l-8 8"));
    context.translate(16, 0);
    context.stroke(new Path2D("M5 8h6"));
  }

  draw(context: CanvasRenderingContext2D, grade: number, state: number, x: number, y: number): void {
    const cell = this.cell(grade, state) * this.size;
    const half = this.size / 2;
    context.drawImage(
      this.sheet, cell, 0, this.size, this.size, Math.round(x - half), Math.round(y - half), this.size, this.size,
    );
  }

  /* What is special about a seat, as a badge at its corner: large enough to be told apart where seats have numbers. */
  mark(context: CanvasRenderingContext2D, traits: number, x: number, y: number): void {
    const badge = traitBadge((bit) => (traits & trait[bit]) !== 0);
    if (!badge) return;
    const size = this.size * 0.56;
    context.save();
    context.translate(x + this.size * 0.5 - size * 0.7, y - this.size * 0.5 - size * 0.3);
    context.scale(size / 16, size / 16);
    context.fillStyle = ground;
    context.fill(disc);
    context.strokeStyle = "#fff";
    context.lineWidth = 2;
    context.lineCap = "round";
    context.stroke(new Path2D(badge));
    context.restore();
  }

  private cell(grade: number, state: number): number {
    if (state === held) return this.grades.length;
    if (state === sold) return this.grades.length + 1;
    if (state === notForSale) return this.grades.length + 2;
    return grade;
  }
}
