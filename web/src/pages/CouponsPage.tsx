/* Coupons: one's own, those that may be claimed, and a code that was given on paper. */
import { useMemo, useState } from "preact/hooks";
import { claimCoupon, listMyCoupons, listOpenCoupons, redeemCode } from "../api/coupons";
import { Intent } from "../api/intent";
import type { Coupon, OpenCoupon } from "../api/shapes/coupon";
import { serverNow } from "../app/clock";
import { couponWords } from "../app/coupon-words";
import { count, moment, money } from "../app/format";
import { useList } from "../app/list";
import { useTitle } from "../app/Shell";
import { tell } from "../app/toasts";
import { Field } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";
import { More } from "../ui/More";
import { Await } from "../ui/states";

export default function CouponsPage() {
  const w = couponWords();
  useTitle(w.title);
  const mine = useList(listMyCoupons, []);
  const open = useList(listOpenCoupons, []);
  const had = new Set(mine.items.map(({ coupon_id }) => coupon_id));
  const got = () => {
    tell(w.got);
    mine.first.reload();
    open.first.reload();
  };
  return (
    <div class="wrap wrap--medium coupons">
      <h1>{w.title}</h1>
      <Redeem onDone={got} />
      <section aria-labelledby="mine">
        <h2 id="mine">{w.mine}</h2>
        <Await of={mine.first}>{() => (mine.items.length === 0
          ? <p class="muted" data-testid="no-coupons">{w.none}</p>
          : <ul class="coupons__list" data-testid="my-coupons">{mine.items.map((one) => <Mine key={one.id} coupon={one} />)}</ul>)}</Await>
        <More of={mine} />
      </section>
      <section aria-labelledby="open">
        <h2 id="open">{w.open}</h2>
        <Await of={open.first}>{() => (open.items.length === 0
          ? <p class="muted" data-testid="none-open">{w.noneOpen}</p>
          : <ul class="coupons__list" data-testid="open-coupons">{open.items.map((one) => <Open key={one.id} coupon={one} had={had.has(one.id)} onDone={got} />)}</ul>)}</Await>
        <More of={open} />
      </section>
    </div>
  );
}

type Terms = Pick<OpenCoupon, "name" | "discount_percent" | "discount_amount" | "min_total" | "performance_id" | "starts_at" | "expires_at"> &
  Partial<Pick<OpenCoupon, "max_discount">>;

function Facts({ terms }: { terms: Terms }) {
  const w = couponWords();
  const begun = Date.parse(terms.starts_at) <= serverNow();
  const limits = [
    terms.max_discount && w.atMost(money(terms.max_discount)),
    terms.min_total && w.from(money(terms.min_total)),
    terms.performance_id && w.onlyFor,
    !begun && w.begins(moment(terms.starts_at)),
    w.until(moment(terms.expires_at)),
  ];
  return (
    <div>
      <h3>{terms.name}</h3>
      <p><strong>{w.off(terms.discount_amount ? money(terms.discount_amount) : `${terms.discount_percent}%`)}</strong></p>
      <p class="muted small">{limits.filter(Boolean).join(" · ")}</p>
    </div>
  );
}

function Mine({ coupon }: { coupon: Coupon }) {
  const w = couponWords();
  return (
    <li class="panel coupons__one" data-testid="my-coupon">
      <Facts terms={coupon} />
      <span class={`badge badge--${coupon.status === "usable" ? "confirmed" : "used"}`}>{w.status[coupon.status]}</span>
    </li>
  );
}

function Open({ coupon, had, onDone }: { coupon: OpenCoupon; had: boolean; onDone(): void }) {
  const w = couponWords();
  const intent = useMemo(() => new Intent(`takenseat.intent.claim.${coupon.id}`, sessionStorage), [coupon.id]);
  const { busy, problem, send } = useSending(async () => {
    await intent.carryOut({ coupon: coupon.id }, (key) => claimCoupon(coupon.id, key));
    onDone();
  });
  const gone = coupon.left === 0;
  return (
    <li class="panel coupons__one" data-testid="open-coupon">
      <div>
        <Facts terms={coupon} />
        <FormProblem problem={problem} />
      </div>
      {had
        ? <span class="badge badge--confirmed">{w.had}</span>
        : (
          <div class="coupons__claim">
            <button type="button" class="button button--small" disabled={busy || gone} aria-label={w.claimNamed(coupon.name)} data-testid="claim" onClick={send}>{w.claim}</button>
            <small class="muted">{gone ? w.gone : w.left(count(coupon.left))}</small>
          </div>
        )}
    </li>
  );
}

function Redeem({ onDone }: { onDone(): void }) {
  const w = couponWords();
  const [code, setCode] = useState("");
  const intent = useMemo(() => new Intent("takenseat.intent.redeem", sessionStorage), []);
  const { busy, problem, send } = useSending(async () => {
    await intent.carryOut({ code: code.trim() }, (key) => redeemCode(code.trim(), key));
    setCode("");
    onDone();
  });
  return (
    <form class="panel form" onSubmit={send} data-testid="redeem-form">
      <h2>{w.redeem}</h2>
      <FormProblem problem={problem} fields={["code"]} />
      <Field label={w.code} name="code" autocomplete="off" required value={code} onValue={setCode} error={problem?.field("code")} />
      <button class="button" disabled={busy} data-testid="redeem">{w.register}</button>
    </form>
  );
}
