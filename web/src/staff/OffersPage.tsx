/* Coupons as who gives them sees them: made, counted, put on paper, taken back. */
import { useMemo, useState } from "preact/hooks";
import { Intent } from "../api/intent";
import { createOffer, deleteOffer, getOfferCodes, listManaged, listOffers, makeOfferCodes, type NewOffer, type Offer } from "../api/staff";
import { useDraft } from "../app/draft";
import { count, moment, money } from "../app/format";
import { useList } from "../app/list";
import { useResource } from "../app/resource";
import { inCharge, mayEnter } from "../app/roles";
import { save } from "../app/save";
import { tell } from "../app/toasts";
import { fromLocal } from "../room/local-time";
import { Sure } from "../room/Sure";
import { Check } from "../room/Text";
import { Field, SelectField } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";
import { More } from "../ui/More";
import { Await, Notice } from "../ui/states";
import { Frame } from "./Frame";
import { Refusals } from "./Refusals";
import { amountOf, whole } from "./typed";
import { staffWords } from "./words";

export default function OffersPage() {
  const w = staffWords();
  const list = useList(listOffers, []);
  return (
    <Frame title={w.coupons}>
      <NewOfferForm onMade={list.first.reload} />
      <Await of={list.first}>{() => (list.items.length === 0
        ? <Notice title={w.offer.none} text={w.offer.noneText} testid="empty" />
        : (
          <>
            <ul class="staff__list" data-testid="offers">{list.items.map((one) => <One key={one.id} offer={one} onDone={list.first.reload} />)}</ul>
            <More of={list} />
          </>
        ))}</Await>
    </Frame>
  );
}

interface Typed extends Record<"name" | "code" | "quantity" | "kind" | "percent" | "amount" | "min" | "performance_id" | "starts_at" | "expires_at", string> {
  open: boolean;
}

const currency = "KRW";
const empty: Typed = {
  name: "", code: "", quantity: "100", kind: "percent", percent: "10", amount: "", min: "", performance_id: "", starts_at: "", expires_at: "", open: true,
};

function offerOf(form: Typed, faults: Record<string, string>): NewOffer {
  const w = staffWords();
  const number = (name: "quantity" | "percent", field: string) => {
    const value = whole(form[name]);
    if (value === null) faults[field] = w.whole;
    return value ?? 0;
  };
  const amount = (name: "amount" | "min", field: string) => {
    const value = amountOf(form[name], currency);
    if (!value) faults[field] = w.amount(currency);
    return value ?? undefined;
  };
  const expires_at = fromLocal(form.expires_at);
  if (!expires_at) faults.expires_at = w.needed;
  return {
    name: form.name, quantity: number("quantity", "quantity"), expires_at: expires_at ?? "", public: form.open,
    ...(form.code.trim() ? { code: form.code.trim() } : {}),
    ...(form.kind === "percent" ? { discount_percent: number("percent", "discount_percent") } : { discount_amount: amount("amount", "discount_amount") }),
    ...(form.min.trim() ? { min_total: amount("min", "min_total") } : {}),
    ...(form.performance_id ? { performance_id: form.performance_id } : {}),
    ...(form.starts_at ? { starts_at: fromLocal(form.starts_at) ?? undefined } : {}),
  };
}

function NewOfferForm({ onMade }: { onMade(): void }) {
  const w = staffWords();
  const { typed, change, drop } = useDraft<Typed>("offer");
  const shows = useResource((signal) => listManaged("", null, signal), []);
  const titles = (shows.data?.items ?? []).map(({ id, title }): [string, string] => [id, title]);
  const anywhere = mayEnter({ roles: inCharge });          /* a producer's coupon is for one performance */
  const form = { ...empty, performance_id: anywhere ? "" : (titles[0]?.[0] ?? ""), ...typed };
  const [wrong, setWrong] = useState<Record<string, string>>({});
  const intent = useMemo(() => new Intent("takenseat.intent.offer", sessionStorage), []);
  const { busy, problem, send } = useSending(async () => {
    const faults: Record<string, string> = {};
    const body = offerOf(form, faults);
    setWrong(faults);
    if (Object.keys(faults).length > 0) return;
    await intent.carryOut(body, (key) => createOffer(body, key));
    drop();
    tell(w.offer.made);
    onMade();
  });
  const field = (name: keyof Omit<Typed, "open">, called: string = name) => ({
    name: called, value: form[name], onValue: (value: string) => change({ [name]: value }), error: wrong[called] ?? problem?.field(called),
  });
  const own = ["name", "code", "quantity", "discount_percent", "discount_amount", "min_total", "performance_id", "starts_at", "expires_at"];
  return (
    <form class="panel form" noValidate onSubmit={send} data-testid="offer-form">
      <h2>{w.offer.create}</h2>
      <Refusals problem={problem} fields={own} />
      <div class="staff__pair">
        <Field label={w.offer.name} {...field("name")} />
        <Field label={w.offer.code} hint={w.offer.codeHint} {...field("code")} />
        <Field label={w.offer.quantity} {...field("quantity")} />
        <SelectField label={w.offer.kind} {...field("kind")} options={[["percent", w.offer.percent], ["amount", w.offer.money]]} />
        {form.kind === "percent"
          ? <Field label={w.offer.percentOff} {...field("percent", "discount_percent")} />
          : <Field label={`${w.offer.amountOff} (${currency})`} {...field("amount", "discount_amount")} />}
        <Field label={`${w.offer.min} (${currency})`} hint={w.offer.minHint} {...field("min", "min_total")} />
        <SelectField label={w.offer.performance} {...field("performance_id")}
          options={anywhere ? [["", w.offer.anyShow], ...titles] : titles} />
        <Field label={w.offer.starts} type="datetime-local" hint={w.offer.startsHint} {...field("starts_at")} />
        <Field label={w.offer.expires} type="datetime-local" {...field("expires_at")} />
      </div>
      <Check label={w.offer.public} name="open" value={form.open} onValue={(open) => change({ open })} />
      <div><button class="button" disabled={busy} data-testid="make-offer">{w.offer.create}</button></div>
    </form>
  );
}

function One({ offer, onDone }: { offer: Offer; onDone(): void }) {
  const w = staffWords().offer;
  const [doing, setDoing] = useState<"codes" | "remove" | null>(null);
  const csv = useSending(() => save("codes.csv", getOfferCodes(offer.id)));
  const mine = offer.issued !== undefined;
  const remove = async () => {
    await deleteOffer(offer.id);
    tell(w.removed);
    onDone();
  };
  const facts = [
    offer.discount_percent !== null ? w.off(`${offer.discount_percent} %`) : offer.discount_amount && w.off(money(offer.discount_amount)), offer.code,
    w.left(count(offer.left), count(offer.quantity)), mine && w.issued(count(offer.issued ?? 0)), offer.open_codes ? w.open(count(offer.open_codes)) : null, w.until(moment(offer.expires_at)),
  ];
  return (
    <li class="panel staff__one" data-testid="offer">
      <h2>{offer.name}</h2>
      <p class="muted">{facts.filter(Boolean).join(" · ")}</p>
      <FormProblem problem={csv.problem} />
      {doing === "remove" && <Sure sentence={w.sureRemove(offer.name)} act={remove} onEnd={() => setDoing(null)} />}
      {doing === "codes" && <Codes offer={offer} onEnd={() => setDoing(null)} onDone={onDone} />}
      {mine && doing === null && (
        <div class="cancel__actions">
          <button type="button" class="button button--quiet button--small" data-testid="begin-codes" onClick={() => setDoing("codes")}>{w.codes}</button>
          {(offer.open_codes ?? 0) > 0 && <button type="button" class="button button--quiet button--small" disabled={csv.busy} data-testid="codes-csv" onClick={csv.send}>{w.codesCsv}</button>}
          <button type="button" class="button button--quiet button--small" data-testid="remove-offer" onClick={() => setDoing("remove")}>{staffWords().remove}</button>
        </div>
      )}
    </li>
  );
}

function Codes({ offer, onEnd, onDone }: { offer: Offer; onEnd(): void; onDone(): void }) {
  const w = staffWords();
  const [many, setMany] = useState("10");
  const [wrong, setWrong] = useState(false);
  const intent = useMemo(() => new Intent(`takenseat.intent.codes.${offer.id}`, sessionStorage), [offer.id]);
  const { busy, problem, send } = useSending(async () => {
    const n = whole(many);
    setWrong(n === null);
    if (n === null) return;
    const { made } = await intent.carryOut({ n }, (key) => makeOfferCodes(offer.id, n, key));
    tell(w.offer.codesMade(count(made)));
    onEnd();
    onDone();
  });
  return (
    <form class="form" noValidate onSubmit={send} data-testid="codes-form">
      <FormProblem problem={problem} fields={["count"]} />
      <Field label={w.offer.count} name="count" focus value={many} onValue={setMany} error={wrong ? w.whole : problem?.field("count")} />
      <div class="cancel__actions">
        <button class="button button--small" disabled={busy} data-testid="make-codes">{w.offer.codes}</button>
        <button type="button" class="button button--quiet button--small" onClick={onEnd}>{w.back}</button>
      </div>
    </form>
  );
}
