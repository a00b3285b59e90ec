/* The halls: looked for, drawn anew, or made from a file of another program. */
import { useMemo, useRef, useState } from "preact/hooks";
import { createHall, hallIntent, listHalls } from "../api/halls";
import { count } from "../app/format";
import { useList } from "../app/list";
import { navigate } from "../app/router";
import { useTitle } from "../app/Shell";
import { tell } from "../app/toasts";
import { formatOf } from "../editor/files";
import { Refusals } from "../editor/Refusals";
import { editorWords } from "../editor/words";
import { Check } from "../room/Text";
import { Field } from "../ui/Field";
import { useSending } from "../ui/Form";
import { More } from "../ui/More";
import { Await } from "../ui/states";

export default function HallsPage() {
  const w = editorWords();
  useTitle(w.halls);
  const [typed, setTyped] = useState("");
  const [q, setQ] = useState("");
  const halls = useList((cursor, signal) => listHalls(q, cursor, signal), [q]);
  const find = (event: Event) => {
    event.preventDefault();
    setQ(typed.trim());
  };
  return (
    <div class="wrap wrap--medium staff">
      <header class="editor__top">
        <h1>{w.halls}</h1>
        <a class="button" href="/admin/halls/new" data-testid="draw-hall">{w.draw}</a>
      </header>
      <form class="staff__filter" onSubmit={find}>
        <Field label={w.find} name="q" value={typed} autocomplete="off" onValue={setTyped} />
        <button class="button button--quiet" data-testid="find-halls">{w.search}</button>
      </form>
      <Await of={halls.first}>{() => (halls.items.length === 0
        ? <p class="muted" data-testid="no-halls">{w.none}</p>
        : (
          <ul class="staff__list" data-testid="halls">
            {halls.items.map((hall) => (
              <li key={hall.id} class="panel editor__hall" data-testid="hall">
                <div>
                  <h2>{hall.name}</h2>
                  <p class="muted">{hall.address} · {w.seats(count(hall.seat_count))}</p>
                </div>
                <a class="button button--quiet button--small" href={`/admin/halls/${hall.id}`} aria-label={w.openNamed(hall.name)} data-testid="open-hall">{w.open}</a>
              </li>
            ))}
          </ul>
        ))}</Await>
      <More of={halls} />
      <Import />
    </div>
  );
}

type Facts = { name: string; address: string; region: string };

function Import() {
  const w = editorWords();
  const input = useRef<HTMLInputElement>(null);
  const [facts, setFacts] = useState<Facts>({ name: "", address: "", region: "" });
  const [repair, setRepair] = useState(false);
  const [wrong, setWrong] = useState("");
  const intent = useMemo(hallIntent, []);
  const { busy, problem, send } = useSending(async () => {
    const file = input.current?.files?.[0];
    const plan = file ? await readJson(file) : undefined;
    const format = plan ? formatOf(plan) : null;
    setWrong(!file ? w.import.noFile : !plan ? w.import.notJson : !format ? w.import.unknown : "");
    if (!plan || !format) return;
    const request = { ...facts, plan, format, ...(repair && { repair }) };
    const made = await intent.carryOut(request, (key) => createHall(request, key));
    tell(made.warnings.length > 0 ? w.import.warned(count(made.warnings.length)) : w.import.done);
    navigate(`/admin/halls/${made.id}`);
  });
  const field = (name: keyof Facts, label: string, required: boolean) => (
    <Field label={label} name={name} value={facts[name]} required={required} autocomplete="off" error={problem?.field(name)}
      onValue={(value) => setFacts({ ...facts, [name]: value })} />
  );
  return (
    <form class="panel form" onSubmit={send} data-testid="import-form">
      <h2>{w.import.title}</h2>
      <p class="muted small" id="import-hint">{w.import.hint}</p>
      <div class="field">
        <label for="import-file">{w.import.file}</label>
        <input ref={input} id="import-file" type="file" accept=".json,application/json" aria-invalid={wrong ? true : undefined}
          aria-describedby={wrong ? "import-wrong" : "import-hint"} data-testid="field-file" onChange={() => setWrong("")} />
        {wrong && <p id="import-wrong" class="field__error" data-testid="file-wrong">{wrong}</p>}
      </div>
      {field("name", w.import.name, true)}
      {field("address", w.import.address, true)}
      {field("region", w.import.region, false)}
      <Check label={w.import.repair} name="repair" value={repair} onValue={setRepair} />
      <Refusals problem={problem} lead={w.import.refused} />
      <button class="button" disabled={busy} data-testid="import">{w.import.go}</button>
    </form>
  );
}

/* Undefined when it is no JSON object. */
async function readJson(file: File): Promise<object | undefined> {
  try {
    const read: unknown = JSON.parse(await file.text());
    return typeof read === "object" && read !== null ? read : undefined;
  } catch {
    return undefined;
  }
}
