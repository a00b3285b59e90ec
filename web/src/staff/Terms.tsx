/* Who pays less on a date: by person type, and early. The presale stands among the same terms and stays as it is. */
import { useState } from "preact/hooks";
import { getTerms, putTerms } from "../api/room";
import { people, type Person, type PersonTerms, type SaleTerms } from "../api/shapes/booking";
import type { Money } from "../api/shapes/common";
import { useDraft } from "../app/draft";
import { words } from "../app/i18n";
import { useResource } from "../app/resource";
import { tell } from "../app/toasts";
import { fromLocal, toLocal, zone } from "../room/local-time";
import { groupsOf, termsWith } from "../room/presale";
import { Check, Part } from "../room/Text";
import { Field, SelectField } from "../ui/Field";
import { useSending } from "../ui/Form";
import { Await } from "../ui/states";
import { Refusals } from "./Refusals";
import type { PartProps } from "./SchedulePage";
import { Save } from "./Times";
import { amountOf, amountText, whole } from "./typed";
import { staffWords } from "./words";

type How = "off" | "percent" | "own";

interface TypedPerson {
  how: How;
  percent: string;
  proof: boolean;
  prices: Record<string, string>;
}

interface Typed {
  people: Record<string, TypedPerson>;
  early: { until: string; percent: string }[];
  most: string;
}

const reduced = people.filter((one) => one !== "adult");

function typedPerson(terms?: PersonTerms): TypedPerson {
  const own = Object.entries(terms?.prices ?? {});
  return {
    how: own.length > 0 ? "own" : terms ? "percent" : "off", percent: terms?.percent ? String(terms.percent) : "", proof: terms?.proof_at_door ?? false,
    prices: Object.fromEntries(own.map(([grade, price]) => [grade, amountText(price)])),
  };
}

const typedOf = (terms: SaleTerms): Typed => ({
  people: Object.fromEntries(reduced.map((name) => [name, typedPerson(terms.person_types.find((one) => one.name === name))])),
  early: terms.early_bird.map(({ until, percent }) => ({ until: toLocal(until), percent: String(percent) })),
  most: terms.max_per_user_of_performance === null ? "" : String(terms.max_per_user_of_performance),
});

export function Terms({ date }: PartProps) {
  const terms = useResource((signal) => getTerms(date.id, signal), [date.id]);
  return <Await of={terms}>{(found) => <TermsForm date={date} terms={found} saved={terms.set} />}</Await>;
}

type Faults = Record<string, string>;

/* The person types as the server takes them; what is wrong goes to `faults`, by the names the server would use. */
function personTerms(form: Typed, currency: string, faults: Faults): PersonTerms[] {
  const w = staffWords();
  return reduced.filter((name) => form.people[name].how !== "off").map((name): PersonTerms => {
    const { how, percent, proof, prices } = form.people[name];
    if (how === "percent") {
      if (whole(percent) === null) faults[`${name}.percent`] = w.whole;
      return { name, percent: Number(percent), proof_at_door: proof };
    }
    const own: Record<string, Money> = {};
    for (const [grade, text] of Object.entries(prices)) {
      const price = text.trim() ? amountOf(text, currency) : undefined;
      if (price) own[grade] = price;
      else if (price === null) faults[`${name}.prices.${grade}`] = w.amount(currency);
    }
    return { name, prices: own, proof_at_door: proof };
  });
}

function TermsForm({ date, terms, saved }: { date: PartProps["date"]; terms: SaleTerms; saved(terms: SaleTerms): void }) {
  const w = staffWords();
  const { typed, change, drop } = useDraft<Typed>(`terms.${date.id}`);
  const before = typedOf(terms);
  const form: Typed = { ...before, ...typed, people: { ...before.people, ...typed.people } };
  const currency = date.remaining.find(({ price }) => price)?.price?.currency ?? "KRW";
  const [wrong, setWrong] = useState<Faults>({});
  const named = reduced.filter((name) => form.people[name].how !== "off");
  const { busy, problem, send } = useSending(async () => {
    const faults: Faults = {};
    const person_types = personTerms(form, currency, faults);
    const early_bird = form.early.map(({ until, percent }, i) => {
      const time = fromLocal(until);
      if (!time) faults[`early_bird[${i}].until`] = w.needed;
      if (whole(percent) === null) faults[`early_bird[${i}].percent`] = w.whole;
      return { until: time ?? "", percent: Number(percent) };
    });
    if (form.most.trim() && whole(form.most) === null) faults.max_per_user_of_performance = w.whole;
    setWrong(faults);
    if (Object.keys(faults).length > 0) return;
    const now = await getTerms(date.id);
    saved(await putTerms(date.id, {
      ...termsWith(now, groupsOf(now)), person_types, early_bird, max_per_user_of_performance: form.most.trim() ? Number(form.most) : null,
    }));
    drop();
    tell(w.saved);
  });
  const error = (name: string) => wrong[name] ?? problem?.field(name);
  const setEarly = (i: number, part: Partial<Typed["early"][number]>) => change({ early: form.early.map((one, at) => (at === i ? { ...one, ...part } : one)) });
  const own = [
    "max_per_user_of_performance", ...form.early.flatMap((_, i) => [`early_bird[${i}].until`, `early_bird[${i}].percent`]),
    ...named.map((_, i) => `person_types[${i}].percent`),
  ];
  return (
    <form class="panel form" noValidate onSubmit={send} data-testid="terms-form">
      <Refusals problem={problem} fields={own} />
      <Part title={w.date.person}>
        <p class="field__hint">{w.date.personHint}</p>
        {reduced.map((name) => (
          <PersonRow key={name} name={name} date={date} person={form.people[name]} wrong={wrong} told={problem?.field(`person_types[${named.indexOf(name)}].percent`)}
            set={(part) => change({ people: { ...typed.people, [name]: { ...form.people[name], ...part } } })} />
        ))}
      </Part>
      <Part title={w.date.early}>
        <p class="field__hint">{w.date.earlyHint} {w.date.zone(zone())}</p>
        {form.early.map((one, i) => (
          <div key={i} class="staff__pair" data-testid="early">
            <Field label={w.date.until} name={`until-${i}`} type="datetime-local" value={one.until} onValue={(until) => setEarly(i, { until })} error={error(`early_bird[${i}].until`)} />
            <Field label={w.date.percentOff} name={`early-${i}`} value={one.percent} onValue={(percent) => setEarly(i, { percent })} error={error(`early_bird[${i}].percent`)} />
            <div><button type="button" class="button button--quiet button--small" onClick={() => change({ early: form.early.filter((_, at) => at !== i) })}>{w.remove}</button></div>
          </div>
        ))}
        <div><button type="button" class="button button--quiet button--small" data-testid="add-early"
          onClick={() => change({ early: [...form.early, { until: "", percent: "" }] })}>{w.date.addEarly}</button></div>
      </Part>
      <Field label={w.date.perShow} name="most" value={form.most} hint={w.date.perShowHint} onValue={(most) => change({ most })} error={error("max_per_user_of_performance")} />
      <Save busy={busy} typed={typed} drop={drop} />
    </form>
  );
}

interface RowProps {
  name: Person;
  date: PartProps["date"];
  person: TypedPerson;
  wrong: Faults;
  told?: string;
  set(part: Partial<TypedPerson>): void;
}

function PersonRow({ name, date, person, wrong, told, set }: RowProps) {
  const w = staffWords().date;
  return (
    <fieldset class="staff__pair" data-testid={`person-${name}`}>
      <legend>{words().person[name]}</legend>
      <SelectField label={w.how} name={`how-${name}`} value={person.how} options={[["off", w.off], ["percent", w.percent], ["own", w.own]]} onValue={(how) => set({ how: how as How })} />
      {person.how === "percent" &&
        <Field label={w.percentOff} name={`percent-${name}`} value={person.percent} onValue={(percent) => set({ percent })} error={wrong[`${name}.percent`] ?? told} />}
      {person.how === "own" && date.remaining.map(({ grade }) => (
        <Field key={grade} label={grade} name={`price-${name}-${grade}`} value={person.prices[grade] ?? ""} error={wrong[`${name}.prices.${grade}`]}
          onValue={(text) => set({ prices: { ...person.prices, [grade]: text } })} />
      ))}
      {person.how !== "off" && <Check label={w.proof} name={`proof-${name}`} value={person.proof} onValue={(proof) => set({ proof })} />}
    </fieldset>
  );
}
