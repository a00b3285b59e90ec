/* What the tool in hand draws with; and the same drawn by numbers, without a pointer. */
import { useState } from "preact/hooks";
import { Field } from "../ui/Field";
import type { Editor, Pen, Tool } from "./editor";
import { Num } from "./Num";
import { limits } from "./plan";
import { editorWords } from "./words";

type Number = Exclude<keyof Pen, "name" | "grade" | "bow">;

const bounds: Record<Number, { low: number; high: number; whole: boolean }> = {
  seat: { low: 0.5, high: 100, whole: false }, row: { low: 0.5, high: 100, whole: false }, rows: { low: 1, high: 200, whole: true },
  around: { low: 1, high: 60, whole: true }, capacity: { low: 1, high: limits.seats, whole: true },
};

const asked: Partial<Record<Tool, Number[]>> = {
  row: ["seat"], arc: ["rows", "seat", "row"], block: ["seat", "row"], table: ["around", "seat"], area: ["capacity"],
};

export function PenPanel({ editor }: { editor: Editor }) {
  const w = editorWords();
  const tool = editor.tool.value;
  const pen = editor.pen.value;
  const names: Record<Number, string> = { seat: w.seatSpacing, row: w.rowSpacing, rows: w.rowCount, around: w.around, capacity: w.capacity };
  const numbers = asked[tool];
  return (
    <section class="editor__part" aria-labelledby="pen">
      <h2 id="pen">{w.tool[tool]}</h2>
      <p class="muted small">{w.toolHint[tool]}</p>
      {numbers && (
        <div class="editor__fields">
          <Field label={w.sectionName} name="pen-name" value={pen.name} autocomplete="off" onValue={(name) => editor.draw({ name: name.slice(0, limits.text) })} />
          {numbers.map((one) => (
            <Num key={one} label={names[one]} name={`pen-${one}`} value={pen[one]} {...bounds[one]} onValue={(value) => editor.draw({ [one]: value })} />
          ))}
          {tool === "arc" && <Num label={w.bow} name="pen-bow" value={Math.round(pen.bow * 100)} low={0} high={100} onValue={(bow) => editor.draw({ bow: bow / 100 })} />}
        </div>
      )}
      {numbers && <ByNumbers editor={editor} />}
    </section>
  );
}

/* Between two points, as a pointer would be dragged. */
function ByNumbers({ editor }: { editor: Editor }) {
  const w = editorWords();
  const names: Partial<Record<Tool, string>> = w.defaultName;
  const [ends, setEnds] = useState({ x0: -5, y0: 2, x1: 5, y1: 6 });
  const field = (name: keyof typeof ends, label: string) =>
    <Num label={label} name={`draw-${name}`} value={ends[name]} low={-10_000} high={10_000} onValue={(value) => setEnds((before) => ({ ...before, [name]: value }))} />;
  const draw = (event: Event) => {
    event.preventDefault();
    editor.make({ x: ends.x0, y: ends.y0 }, { x: ends.x1, y: ends.y1 }, names[editor.tool.value] ?? "");
  };
  return (
    <form class="editor__form" onSubmit={draw} aria-label={w.byNumbers}>
      <h3>{w.byNumbers}</h3>
      <div class="editor__fields">
        {field("x0", w.fromX)}{field("y0", w.fromY)}{field("x1", w.toX)}{field("y1", w.toY)}
      </div>
      <button class="button button--small" data-testid="draw">{w.add}</button>
    </form>
  );
}
