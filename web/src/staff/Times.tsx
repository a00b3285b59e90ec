/* When a date is played and sold, and for how much. Only what was changed here is changed there. */
import { useState } from "preact/hooks";
import { changeDate } from "../api/staff";
import type { Money } from "../api/shapes/common";
import type { ScheduleDetail } from "../api/shapes/performance";
import { useDraft } from "../app/draft";
import { tell } from "../app/toasts";
import { fromLocal, toLocal, zone } from "../room/local-time";
import { Part } from "../room/Text";
import { Unsaved } from "../room/Unsaved";
import { Field } from "../ui/Field";
import { useSending } from "../ui/Form";
import { timeFaults, times } from "./NewDate";
import { Refusals } from "./Refusals";
import type { PartProps } from "./SchedulePage";
import { amountOf, amountText, whole } from "./typed";
import { staffWords } from "./words";

interface Typed extends Record<(typeof times)[number], string> {
  max_tickets_per_user: string;
  prices: Record<string, string>;
}

const typedOf = (date: ScheduleDetail): Typed => ({
  starts_at: toLocal(date.starts_at), ends_at: toLocal(date.ends_at), sale_starts_at: toLocal(date.sale_starts_at), sale_ends_at: toLocal(date.sale_ends_at),
  max_tickets_per_user: String(date.max_tickets_per_user),
  prices: Object.fromEntries(date.remaining.map(({ grade, price }) => [grade, price ? amountText(price) : ""])),
});

/* Refusals that say what is wrong with one of the fields. */
const fieldOfCode: Record<string, string> = { already_begun: "starts_at", sale_begun: "sale_starts_at" };

export function Times({ date, saved }: PartProps) {
  const w = staffWords();
  const { typed, change, drop } = useDraft<Typed>(`times.${date.id}`);
  const before = typedOf(date);
  const form = { ...before, ...typed, prices: { ...before.prices, ...typed.prices } };
  const currency = date.remaining.find(({ price }) => price)?.price?.currency ?? "KRW";
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const [idle, setIdle] = useState(false);
  const { busy, problem, send } = useSending(async () => {
    const faults = timeFaults(form);
    const changes: Parameters<typeof changeDate>[1] = {};
    const prices: Record<string, Money> = {};
    for (const name of times) {
      const time = fromLocal(form[name]);
      if (time && form[name] !== before[name]) changes[name] = time;
    }
    if (whole(form.max_tickets_per_user) === null) faults.max_tickets_per_user = w.whole;
    else if (form.max_tickets_per_user !== before.max_tickets_per_user) changes.max_tickets_per_user = Number(form.max_tickets_per_user);
    for (const { grade } of date.remaining) {
      if (form.prices[grade] === before.prices[grade]) continue;
      const price = amountOf(form.prices[grade], currency);
      if (price) prices[grade] = price;
      else faults[`prices.${grade}`] = w.amount(currency);
    }
    if (Object.keys(prices).length > 0) changes.prices = prices;
    setWrong(faults);
    setIdle(false);
    if (Object.keys(faults).length > 0) return;
    if (Object.keys(changes).length === 0) return setIdle(true);
    saved({ ...date, ...(await changeDate(date.id, changes)) });
    drop();
    tell(w.saved);
  });
  const error = (name: string) => wrong[name] ?? problem?.field(name) ?? (problem && fieldOfCode[problem.code] === name ? problem.detail : undefined);
  const own = [...times, "max_tickets_per_user", ...date.remaining.map(({ grade }) => `prices.${grade}`)];
  return (
    <form class="panel form" noValidate onSubmit={send} data-testid="times-form">
      <Refusals problem={problem && fieldOfCode[problem.code] ? null : problem} fields={own} />
      <p class="field__hint">{w.date.zone(zone())}</p>
      <div class="staff__pair">
        {times.map((name) => (
          <Field key={name} label={w.date[name]} name={name} type="datetime-local" value={form[name]} onValue={(value) => change({ [name]: value })} error={error(name)} />
        ))}
      </div>
      <Part title={`${w.date.prices} (${currency})`}>
        <div class="staff__pair">
          {date.remaining.map(({ grade }) => (
            <Field key={grade} label={grade} name={`price-${grade}`} value={form.prices[grade]} error={error(`prices.${grade}`)}
              onValue={(value) => change({ prices: { ...typed.prices, [grade]: value } })} />
          ))}
        </div>
        <Field label={w.date.limit} name="max_tickets_per_user" value={form.max_tickets_per_user} hint={w.date.newPrices} error={error("max_tickets_per_user")}
          onValue={(max_tickets_per_user) => change({ max_tickets_per_user })} />
      </Part>
      {idle && <p role="status" data-testid="nothing">{w.date.nothing}</p>}
      <Save busy={busy} typed={typed} drop={drop} />
    </form>
  );
}

/* The end of a form whose text is kept until it is saved. */
export function Save({ busy, typed, drop }: { busy: boolean; typed: object; drop(): void }) {
  const w = staffWords();
  return (
    <div class="cancel__actions">
      <button class="button" disabled={busy} data-testid="save">{w.save}</button>
      <Unsaved typed={typed} drop={drop} />
    </div>
  );
}
