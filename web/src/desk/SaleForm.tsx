/* What is wanted at the desk, and what it costs. */
import { useMemo, useState } from "preact/hooks";
import { Intent } from "../api/intent";
import { holdForCaller, saleMethods, sellAtDesk, type CounterSale, type SaleMethod, type StaffBookingDetail } from "../api/staff";
import type { Money } from "../api/shapes/common";
import type { SeatMapData } from "../api/shapes/performance";
import { count as numberText, money } from "../app/format";
import { words } from "../app/i18n";
import { Refusals } from "../staff/Refusals";
import { seatsOf, whole } from "../staff/typed";
import { staffWords } from "../staff/words";
import { Field, SelectField } from "../ui/Field";
import { useSending } from "../ui/Form";
import type { CallerHold } from "./Held";
import { peopleOf, totalOf } from "./price";
import type { Desk } from "./SalePage";
import { deskWords } from "./words";

interface Typed {
  how: "best" | "seats";
  grade: string;
  count: string;
  seats: string;
  people: Record<string, string>;
  method: SaleMethod;
  name: string;
  phone: string;
  reason: string;
}

const most = 20;

/* The grade of each seat by its code. */
function gradesByGuid(map: SeatMapData): Map<string, string> {
  return new Map(map.sections.flatMap(({ rows }) => rows.flatMap((row) =>
    row.guids.map((guid, i): [string, string] => [guid, map.grades[row.grades?.[i] ?? row.grade].name]))));
}

interface Props {
  desk: Desk;
  /* What was held for a caller who is here now. */
  taken: CallerHold | null;
  onOther(): void;
  onHeld(hold: CallerHold): void;
  onSold(sold: StaffBookingDetail): void;
}

export function SaleForm({ desk: { date, map }, taken, onOther, onHeld, onSold }: Props) {
  const w = deskWords();
  const offered = date.remaining.filter(({ total }) => total > 0);
  const [form, setForm] = useState<Typed>({
    how: taken ? "seats" : "best", grade: offered.find(({ free }) => free > 0)?.grade ?? offered[0]?.grade ?? "", count: "1", seats: taken?.seats.join(" ") ?? "", people: {},
    method: "cash", name: taken?.name ?? "", phone: taken?.phone ?? "", reason: "",
  });
  const [wrong, setWrong] = useState<Partial<Record<keyof Typed, string>>>({});
  const set = (part: Partial<Typed>) => setForm((before) => ({ ...before, ...part }));
  const grades = useMemo(() => gradesByGuid(map), [map]);
  const types = (date.terms?.person_types ?? []).filter(({ name }) => name !== "adult");
  const guids = seatsOf(form.seats);
  const count = form.how === "seats" ? guids.length : (whole(form.count) ?? 0);
  const counts = Object.fromEntries(types.map(({ name }) => [name, whole(form.people[name] ?? "0") ?? 0]));
  const people = peopleOf(counts, Math.min(count, most));
  const gift = form.method === "complimentary";
  const currency = offered.find(({ price }) => price)?.price?.currency ?? "KRW";
  const prices = Object.fromEntries(offered.map(({ grade, price }) => [grade, price ?? { amount: 0, currency }]));
  const total: Money = { amount: gift ? 0 : sum(), currency };

  function sum(): number {
    const wanted = people.map((person, i) => ({ person, grade: form.how === "seats" ? (grades.get(guids[i]) ?? "") : form.grade }));
    return totalOf(wanted, prices, date.terms?.percent_off ?? 0, types);
  }

  function check(): typeof wrong {
    const faults: typeof wrong = {};
    const unknown = guids.find((guid) => !grades.has(guid));
    if (form.how === "best" && (count < 1 || count > most)) faults.count = w.countFrom(numberText(most));
    if (form.how === "seats" && (count < 1 || count > most)) faults.seats = count < 1 ? w.needed : w.countFrom(numberText(most));
    else if (form.how === "seats" && unknown) faults.seats = w.unknown(unknown);
    if (people.length > count) faults.people = w.tooMany;
    if (gift && !form.reason.trim()) faults.reason = w.needed;
    return faults;
  }

  const wish = () => (form.how === "seats" ? { seats: guids } : { best: { count, grade: form.grade } });
  const holdIntent = useMemo(() => new Intent(`takenseat.intent.caller.${date.id}`, sessionStorage), [date.id]);
  const intent = useMemo(() => new Intent(`takenseat.intent.desk.${date.id}`, sessionStorage), [date.id]);
  const { busy, problem, send } = useSending(async () => {
    const faults = check();
    setWrong(faults);
    if (Object.keys(faults).length > 0) return;
    const named = people.some((person) => person !== "adult");
    const sale: CounterSale = {
      ...(taken ? { hold_id: taken.id } : wish()),
      ...(named ? { types: people } : {}),
      method: form.method,
      ...(form.name.trim() ? { buyer_name: form.name.trim() } : {}),
      ...(form.phone.trim() ? { buyer_phone: form.phone.trim() } : {}),
      ...(gift ? { reason: form.reason.trim() } : {}),
    };
    onSold(await intent.carryOut(sale, (key) => sellAtDesk(date.id, sale, key)));
  });
  const keep = useSending(async () => {
    const { reason: _, ...faults } = check();
    setWrong(faults);
    if (Object.keys(faults).length > 0) return;
    const hold = await holdIntent.carryOut(wish(), (key) => holdForCaller(date.id, wish(), key));
    onHeld({ id: hold.id, name: form.name.trim(), phone: form.phone.trim(), seats: hold.seats.map(({ guid }) => guid), until: hold.expires_at });
    set({ seats: "", name: "", phone: "" });
  });
  const error = (name: keyof Typed, field: string) => wrong[name] ?? problem?.field(field);
  return (
    <form class="panel form desk" noValidate onSubmit={send} data-testid="sale-form">
      <Refusals problem={problem ?? keep.problem} fields={["buyer_name", "buyer_phone", "reason"]} />
      {taken && <p data-testid="taken">{w.keptFor(taken.seats.join(", "))} <button type="button" class="linklike" onClick={onOther}>{w.other}</button></p>}
      {!taken && <div class="staff__pair">
        <SelectField label={w.how} name="how" value={form.how} options={[["best", w.best], ["seats", w.byName]]} onValue={(how) => set({ how: how as Typed["how"] })} />
        {form.how === "best" ? (
          <>
            <SelectField label={w.grade} name="grade" value={form.grade} onValue={(grade) => set({ grade })}
              options={offered.map(({ grade, price, free }) => [grade, w.gradeLeft(grade, price ? money(price) : "", numberText(free))])} />
            <Field label={w.count} name="count" focus value={form.count} onValue={(value) => set({ count: value })} error={error("count", "best.count")} />
          </>
        ) : <Field label={w.seats} name="seats" focus hint={w.seatsHint} value={form.seats} onValue={(seats) => set({ seats })} error={error("seats", "seats")} />}
      </div>}
      {types.length > 0 && (
        <fieldset>
          <legend>{w.people}</legend>
          <p class={wrong.people ? "field__error" : "field__hint"}>{wrong.people ?? w.peopleHint}</p>
          <div class="staff__pair">
            {types.map(({ name }) => (
              <Field key={name} label={words().person[name]} name={`people-${name}`} value={form.people[name] ?? "0"} onValue={(n) => set({ people: { ...form.people, [name]: n } })} />
            ))}
          </div>
        </fieldset>
      )}
      <div class="staff__pair">
        <SelectField label={w.method} name="method" value={form.method} onValue={(method) => set({ method: method as SaleMethod })}
          options={saleMethods.map((one) => [one, staffWords().booking.methods[one]])} />
        {gift && <Field label={w.reason} name="reason" value={form.reason} onValue={(reason) => set({ reason })} error={error("reason", "reason")} />}
        <Field label={w.name} name="buyer_name" focus={taken !== null} value={form.name} onValue={(name) => set({ name })} error={error("name", "buyer_name")} />
        <Field label={w.phone} name="buyer_phone" type="tel" value={form.phone} onValue={(phone) => set({ phone })} error={error("phone", "buyer_phone")} />
      </div>
      <p class="desk__total" role="status">{w.total} <strong data-testid="total">{money(total)}</strong></p>
      <div class="cancel__actions">
        <button class="button" disabled={busy} data-testid="sell">{w.sell}</button>
        {!taken && <button type="button" class="button button--quiet" disabled={keep.busy} data-testid="hold" onClick={keep.send}>{w.hold}</button>}
      </div>
    </form>
  );
}
