/* What is chosen, and everything that can be done with it, in fields. */
import { useEffect, useState } from "preact/hooks";
import { count } from "../app/format";
import { Check } from "../room/Text";
import { Field, SelectField } from "../ui/Field";
import { resizeArea } from "./edit";
import type { Editor } from "./editor";
import { Num } from "./Num";
import { rowStyles, seatOrders, type RowStyle, type SeatOrder } from "./number";
import { isArea, limits, ungraded, type AreaSection, type SeatSection } from "./plan";
import { editorWords } from "./words";

export function ChosenPanel({ editor }: { editor: Editor }) {
  const w = editorWords();
  const n = editor.chosen.value.size;
  const [only, ...others] = editor.sections.value;
  const alone = others.length === 0 ? only : undefined;
  return (
    <section class="editor__part" aria-labelledby="chosen" data-testid="chosen">
      <h2 id="chosen" aria-live="polite" data-testid="chosen-count">{w.chosen(count(n))}</h2>
      {n === 0 && <p class="muted">{w.noneChosen}</p>}
      {n > 0 && (
        <>
          <div class="editor__row">
            <button type="button" class="button button--quiet button--small" data-testid="duplicate" onClick={() => editor.duplicate()}>{w.duplicate}</button>
            <button type="button" class="button button--quiet button--small" data-testid="remove" onClick={() => editor.remove()}>{w.remove}</button>
          </div>
          {alone && isArea(alone) && <Places editor={editor} area={alone} />}
          {alone && !isArea(alone) && <Rows editor={editor} section={alone} />}
          <Name editor={editor} />
          <Grade editor={editor} />
          <Place editor={editor} />
          {editor.sections.value.some((section) => !isArea(section)) && <Numbers editor={editor} />}
        </>
      )}
    </section>
  );
}

function Places({ editor, area }: { editor: Editor; area: AreaSection }) {
  return <Num label={editorWords().capacity} name="capacity" value={area.capacity} low={1} high={limits.seats} whole
    onValue={(capacity) => editor.apply(resizeArea(editor.plan.value, area.id, capacity), undefined, "capacity")} />;
}

function Rows({ editor, section }: { editor: Editor; section: SeatSection }) {
  const w = editorWords();
  const { value: chosen } = editor.chosen;
  const at = section.rows.findIndex((row) => row.seats.length === chosen.size && row.seats.every((seat) => chosen.has(seat.id)));
  const choose = (row: string) => {
    const rows = row === "" ? section.rows : [section.rows[Number(row)]];
    editor.choose(new Set(rows.flatMap(({ seats }) => seats.map((seat) => seat.id))));
  };
  return <SelectField label={w.inSection} name="row" value={at < 0 ? "" : String(at)} onValue={choose}
    options={[["", w.allRows], ...section.rows.map((row, i): [string, string] => [String(i), row.name])]} />;
}

function Name({ editor }: { editor: Editor }) {
  const w = editorWords();
  const current = editor.sections.value[0]?.name ?? "";
  const [name, setName] = useState(current);
  useEffect(() => setName(current), [current]);
  const apply = (event: Event) => {
    event.preventDefault();
    if (name.trim()) editor.name(name.trim());
  };
  return (
    <form class="editor__form" onSubmit={apply}>
      <Field label={w.sectionName} name="section-name" value={name} autocomplete="off" hint={w.renameHint} onValue={(typed) => setName(typed.slice(0, limits.text))} />
      <button class="button button--quiet button--small" disabled={!name.trim()} data-testid="rename">{w.rename}</button>
    </form>
  );
}

function Grade({ editor }: { editor: Editor }) {
  const w = editorWords();
  const { value: plan } = editor.plan;
  const [grade, setGrade] = useState("0");
  const options = plan.grades.map(({ name }, i): [string, string] => [String(i), name]);
  const apply = () => {
    editor.draw({ grade: Number(grade) });
    editor.paint(editor.chosen.value);
  };
  return (
    <div class="editor__form">
      <SelectField label={w.grade} name="grade" value={grade} options={options.length ? options : [[String(ungraded), w.noGrade]]} onValue={setGrade} />
      <button type="button" class="button button--quiet button--small" disabled={Number(grade) >= plan.grades.length} data-testid="give-grade" onClick={apply}>{w.give}</button>
    </div>
  );
}

function Place({ editor }: { editor: Editor }) {
  const w = editorWords();
  const [by, setBy] = useState({ x: 0, y: 0, degrees: 90 });
  const change = (part: Partial<typeof by>) => setBy((before) => ({ ...before, ...part }));
  return (
    <div class="editor__form">
      <div class="editor__fields">
        <Num label={w.moveX} name="move-x" value={by.x} low={-10_000} high={10_000} onValue={(x) => change({ x })} />
        <Num label={w.moveY} name="move-y" value={by.y} low={-10_000} high={10_000} onValue={(y) => change({ y })} />
      </div>
      <button type="button" class="button button--quiet button--small" data-testid="move" onClick={() => editor.move(by.x, by.y)}>{w.move}</button>
      <Num label={w.degrees} name="degrees" value={by.degrees} low={-360} high={360} onValue={(degrees) => change({ degrees })} />
      <button type="button" class="button button--quiet button--small" data-testid="rotate" onClick={() => editor.rotate(by.degrees)}>{w.rotate}</button>
    </div>
  );
}

function Numbers({ editor }: { editor: Editor }) {
  const w = editorWords();
  const [order, setOrder] = useState<SeatOrder>("left");
  const [style, setStyle] = useState<RowStyle>("letters");
  const [first, setFirst] = useState({ seat: 1, row: 1 });
  const [fromBack, setFromBack] = useState(false);
  const [renew, setRenew] = useState(false);
  return (
    <details class="editor__form">
      <summary data-testid="numbering">{w.numbering}</summary>
      <SelectField label={w.seatOrder} name="seat-order" value={order} options={seatOrders.map((one) => [one, w.seatOrders[one]])}
        onValue={(one) => setOrder(one as SeatOrder)} />
      {order !== "odd" && order !== "even" && (
        <Num label={w.firstSeat} name="first-seat" value={first.seat} low={order === "letters" ? 1 : 0} high={10_000} whole onValue={(seat) => setFirst({ ...first, seat })} />
      )}
      <button type="button" class="button button--quiet button--small" data-testid="number-seats"
        onClick={() => editor.numberSeats(order, first.seat, renew)}>{w.numberSeats}</button>
      <SelectField label={w.rowStyle} name="row-style" value={style} options={rowStyles.map((one) => [one, w.rowStyles[one]])}
        onValue={(one) => setStyle(one as RowStyle)} />
      <Num label={w.firstRow} name="first-row" value={first.row} low={1} high={10_000} whole onValue={(row) => setFirst({ ...first, row })} />
      <Check label={w.fromBack} name="from-back" value={fromBack} onValue={setFromBack} />
      <button type="button" class="button button--quiet button--small" data-testid="name-rows"
        onClick={() => editor.nameRows(style, first.row, fromBack, renew)}>{w.nameRows}</button>
      <Check label={w.renew} name="renew" value={renew} onValue={setRenew} />
      <p class="muted small">{w.renewHint}</p>
    </details>
  );
}
