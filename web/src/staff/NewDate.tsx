/* A date more of a performance: where, when, from when it is sold, and for how much. */
import { useState } from "preact/hooks";
import { createDate, getHall, listHalls, type Hall } from "../api/staff";
import type { Money } from "../api/shapes/common";
import type { Performance } from "../api/shapes/performance";
import { useDraft } from "../app/draft";
import { count } from "../app/format";
import { useResource } from "../app/resource";
import { navigate } from "../app/router";
import { tell } from "../app/toasts";
import { fromLocal, zone } from "../room/local-time";
import { Part } from "../room/Text";
import { Field, SelectField } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";
import { Await, Notice } from "../ui/states";
import { Refusals } from "./Refusals";
import { amountOf } from "./typed";
import { staffWords } from "./words";

export const times = ["starts_at", "ends_at", "sale_starts_at", "sale_ends_at"] as const;
const currencies = ["KRW", "USD", "EUR", "JPY"];

/* What is missing, or out of order, is said in the words of the form. */
export function timeFaults(form: Record<(typeof times)[number], string>): Record<string, string> {
  const w = staffWords();
  const faults: Record<string, string> = {};
  for (const name of times) if (!fromLocal(form[name])) faults[name] = w.needed;
  if (Object.keys(faults).length > 0) return faults;
  if (form.ends_at <= form.starts_at) faults.ends_at = w.date.after(w.date.starts_at);
  if (form.sale_ends_at <= form.sale_starts_at) faults.sale_ends_at = w.date.after(w.date.sale_starts_at);
  else if (form.sale_ends_at > form.ends_at) faults.sale_ends_at = w.date.notAfter(w.date.ends_at);
  return faults;
}

interface Typed extends Record<(typeof times)[number], string> {
  q: string;
  hall_id: string;
  currency: string;
  prices: Record<string, string>;
}

const empty: Typed = { q: "", hall_id: "", currency: "KRW", prices: {}, starts_at: "", ends_at: "", sale_starts_at: "", sale_ends_at: "" };

export function NewDate({ show }: { show: Performance }) {
  const w = staffWords();
  const { typed, change, drop } = useDraft<Typed>(`date.${show.id}`);
  const form = { ...empty, ...typed };
  const [typedHall, setTypedHall] = useState(form.q);
  const halls = useResource(async () => (await listHalls(form.q)).items, [form.q]);
  return (
    <>
      <form class="staff__filter" role="search" data-testid="hall-form" onSubmit={(event) => {
        event.preventDefault();
        change({ q: typedHall.trim(), hall_id: "" });
      }}>
        <Field label={w.date.hallFind} name="hall" type="search" value={typedHall} onValue={setTypedHall} />
        <button class="button button--quiet" data-testid="find-hall">{w.search}</button>
      </form>
      <Await of={halls}>{(found) => (found.length === 0
        ? <Notice title={w.date.hallNone} testid="no-halls" />
        : <DateForm show={show} halls={found} form={{ ...form, hall_id: found.some(({ id }) => id === form.hall_id) ? form.hall_id : found[0].id }} change={change} drop={drop} />)}</Await>
    </>
  );
}

interface FormProps {
  show: Performance;
  halls: Hall[];
  form: Typed;
  change(part: Partial<Typed>): void;
  drop(): void;
}

function DateForm({ show, halls, form, change, drop }: FormProps) {
  const w = staffWords();
  const hall = useResource((signal) => getHall(form.hall_id, signal), [form.hall_id]);
  const grades = hall.data?.categories.map(({ name }) => name) ?? [];
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const { busy, problem, send } = useSending(async () => {
    const faults = timeFaults(form);
    const prices: Record<string, Money> = {};
    for (const grade of grades) {
      const price = amountOf(form.prices[grade] ?? "", form.currency);
      if (price) prices[grade] = price;
      else faults[`prices.${grade}`] = w.amount(form.currency);
    }
    setWrong(faults);
    if (Object.keys(faults).length > 0) return;
    const when = Object.fromEntries(times.map((name) => [name, fromLocal(form[name])])) as Record<(typeof times)[number], string>;
    const made = await createDate(show.id, { hall_id: form.hall_id, ...when, prices });
    drop();
    tell(w.date.opened);
    navigate(`/admin/schedules/${encodeURIComponent(made.id)}`);
  });
  const error = (name: string) => wrong[name] ?? problem?.field(name);
  const own = ["hall_id", ...times, ...grades.map((grade) => `prices.${grade}`)];
  return (
    <form class="panel form" noValidate onSubmit={send} data-testid="date-form">
      <Refusals problem={problem} fields={own} />
      <SelectField label={w.date.hall} name="hall_id" value={form.hall_id} onValue={(hall_id) => change({ hall_id })} error={error("hall_id")}
        options={halls.map(({ id, name, seat_count }) => [id, w.date.hallSeats(name, count(seat_count))])} />
      <p class="field__hint">{w.date.zone(zone())}</p>
      <div class="staff__pair">
        {times.map((name) => (
          <Field key={name} label={w.date[name]} name={name} type="datetime-local" value={form[name]} onValue={(value) => change({ [name]: value })} error={error(name)} />
        ))}
      </div>
      <Part title={w.date.prices}>
        <SelectField label={w.date.currency} name="currency" value={form.currency} options={currencies.map((one) => [one, one])} onValue={(currency) => change({ currency })} />
        <FormProblem problem={hall.problem} />
        <div class="staff__pair">
          {grades.map((grade) => (
            <Field key={grade} label={grade} name={`price-${grade}`} value={form.prices[grade] ?? ""} error={error(`prices.${grade}`)}
              onValue={(value) => change({ prices: { ...form.prices, [grade]: value } })} />
          ))}
        </div>
      </Part>
      <div><button class="button" disabled={busy || !hall.data} data-testid="open-date">{w.date.open}</button></div>
    </form>
  );
}
