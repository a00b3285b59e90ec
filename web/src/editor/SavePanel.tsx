/* Where a plan goes: a new hall, a date that is on sale, a file. */
import { useMemo, useState } from "preact/hooks";
import { createHall, hallIntent, putPlan } from "../api/halls";
import { getPerformance } from "../api/calls";
import { findPerformances } from "../api/catalogue";
import type { HallSummary, Schedule } from "../api/shapes/performance";
import { count, moment } from "../app/format";
import { navigate } from "../app/router";
import { save } from "../app/save";
import { tell } from "../app/toasts";
import { Field, SelectField } from "../ui/Field";
import { useSending } from "../ui/Form";
import { refused } from "./check";
import type { Editor } from "./editor";
import { formats, gradesInUse, write, type Format } from "./files";
import { Num } from "./Num";
import { Refusals } from "./Refusals";
import { editorWords } from "./words";

interface Props {
  editor: Editor;
  hall: HallSummary | null;
}

/* Runs what stores the plan, unless the server would refuse it. */
function useSound(editor: Editor) {
  const [unsound, setUnsound] = useState(false);
  const ifSound = async (work: () => Promise<unknown>) => {
    const wrong = editor.look().some(refused);
    setUnsound(wrong);
    if (!wrong) await work();
  };
  return { ifSound, unsound: unsound && (editor.faults.value?.some(refused) ?? true) };
}

export function SavePanel({ editor, hall, onSaved }: Props & { onSaved(): void }) {
  const w = editorWords();
  const [facts, setFacts] = useState({ name: hall?.name ?? "", address: hall?.address ?? "", region: hall?.region ?? "" });
  const { ifSound, unsound } = useSound(editor);
  const intent = useMemo(hallIntent, []);
  const { busy, problem, send } = useSending(() => ifSound(async () => {
    const { document } = write(editor.plan.value, facts.name.trim(), "venue");
    const request = { ...facts, plan: document, format: "venue" as const };
    const made = await intent.carryOut(request, (key) => createHall(request, key));
    editor.stored();
    onSaved();
    tell(w.savedAs(made.name));
    navigate(`/admin/halls/${made.id}`);
  }));
  const field = (name: keyof typeof facts, label: string, required: boolean) => (
    <Field label={label} name={name} value={facts[name]} required={required} autocomplete="off" error={problem?.field(name)}
      onValue={(value) => setFacts({ ...facts, [name]: value })} />
  );
  return (
    <form class="editor__part editor__form" onSubmit={send} data-testid="save-form">
      <h2>{w.saveTitle}</h2>
      <p class="muted small">{w.saveHint}</p>
      {field("name", w.import.name, true)}
      {field("address", w.import.address, true)}
      {field("region", w.import.region, false)}
      {unsound && <p class="form__problem" role="alert" data-testid="unsound">{w.mend}</p>}
      <Refusals problem={problem} />
      <button class="button" disabled={busy} data-testid="save">{w.save}</button>
    </form>
  );
}

/* ---- a date that exists ---- */

export function DatePanel({ editor, hall }: Props & { hall: HallSummary }) {
  const w = editorWords();
  const [title, setTitle] = useState("");
  const [dates, setDates] = useState<Schedule[] | null>(null);
  const find = useSending(async () => {
    const { items } = await findPerformances({ q: title.trim() }, null, 24);
    const shows = await Promise.all(items.slice(0, 8).map(({ id }) => getPerformance(id)));
    setDates(shows.flatMap((show) => (show.schedules ?? []).filter(({ hall_id, status }) => hall_id === hall.id && status !== "cancelled")));
  });
  return (
    <section class="editor__part editor__form">
      <h2>{w.date.title}</h2>
      <p class="muted small">{w.date.hint}</p>
      <form class="editor__form" onSubmit={find.send}>
        <Field label={w.date.performance} name="performance" value={title} autocomplete="off" onValue={setTitle} />
        <Refusals problem={find.problem} />
        <button class="button button--quiet button--small" disabled={find.busy} data-testid="find-dates">{w.search}</button>
      </form>
      {dates?.length === 0 && <p class="muted" data-testid="no-dates">{w.date.none}</p>}
      {dates && dates.length > 0 && <GiveTo key={dates[0].id} editor={editor} dates={dates} />}
    </section>
  );
}

function GiveTo({ editor, dates }: { editor: Editor; dates: Schedule[] }) {
  const w = editorWords();
  const [id, setId] = useState(dates[0].id);
  const [prices, setPrices] = useState<Record<string, number>>({});
  const date = dates.find((one) => one.id === id) ?? dates[0];
  const known = new Set(date.remaining.map(({ grade }) => grade));
  const fresh = gradesInUse(editor.plan.value).filter((grade) => !known.has(grade));
  const currency = date.remaining.find(({ price }) => price)?.price?.currency ?? "KRW";
  const { ifSound, unsound } = useSound(editor);
  const { busy, problem, send } = useSending(() => ifSound(async () => {
    const { document } = write(editor.plan.value, date.hall_name, "venue");
    const priced = fresh.length > 0 ? { prices: Object.fromEntries(fresh.map((grade) => [grade, { amount: prices[grade] ?? 0, currency }])) } : {};
    await putPlan(date.id, { plan: document, format: "venue", ...priced });
    tell(w.date.done);
  }));
  return (
    <form class="editor__form" onSubmit={send} data-testid="date-form">
      <SelectField label={w.date.which} name="date" value={id} options={dates.map((one) => [one.id, moment(one.starts_at)])} onValue={setId} />
      {fresh.map((grade) => (
        <Num key={grade} label={`${w.date.price(grade)} (${currency})`} name={`price-${grade}`} value={prices[grade] ?? 0} low={0} high={1_000_000_000} whole
          onValue={(amount) => setPrices({ ...prices, [grade]: amount })} />
      ))}
      {fresh.length > 0 && <p class="muted small">{w.date.priceHint}</p>}
      {unsound && <p class="form__problem" role="alert">{w.mend}</p>}
      <Refusals problem={problem} lead={problem?.code === "seats_in_use" ? w.date.lost : undefined} />
      <button class="button button--small" disabled={busy} data-testid="give-to-date">{w.date.apply}</button>
    </form>
  );
}

/* ---- files ---- */

const endings: Record<Format, string> = { venue: "venue.json", pretix: "pretix.json", seatsio: "seatsio.json" };

export function ExportPanel({ editor, hall }: Props) {
  const w = editorWords();
  const { ifSound, unsound } = useSound(editor);
  const [told, setTold] = useState<string[]>([]);
  const name = hall?.name ?? w.fresh;
  const give = (format: Format) => void ifSound(async () => {
    const { document, renamed, areas } = write(editor.plan.value, name, format);
    setTold([renamed > 0 ? w.renamed(count(renamed)) : "", areas > 0 ? w.areasAsSeats(count(areas)) : ""].filter(Boolean));
    await save(`${name.replace(/[^\p{L}\p{N}]+/gu, "-")}.${endings[format]}`, Promise.resolve(new Blob([JSON.stringify(document)], { type: "application/json" })));
  });
  return (
    <section class="editor__part editor__form">
      <h2>{w.export}</h2>
      <p class="muted small">{w.exportHint}</p>
      <div class="editor__row">
        {formats.map((format) => (
          <button key={format} type="button" class="button button--quiet button--small" data-testid={`export-${format}`} onClick={() => give(format)}>{w.formats[format]}</button>
        ))}
      </div>
      {unsound && <p class="form__problem" role="alert">{w.mend}</p>}
      <div role="status">{told.map((line) => <p key={line} class="muted" data-testid="export-note">{line}</p>)}</div>
    </section>
  );
}
