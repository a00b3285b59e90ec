/* Mileage: how many points, what becomes of them, and where each came from. */
import { getMileage } from "../api/calls";
import { listMileage } from "../api/coupons";
import type { MileageMove } from "../api/shapes/mileage";
import { couponWords } from "../app/coupon-words";
import { count, day, moment } from "../app/format";
import { useList } from "../app/list";
import { useResource } from "../app/resource";
import { useTitle } from "../app/Shell";
import { More } from "../ui/More";
import { Await } from "../ui/states";

export default function MileagePage() {
  const w = couponWords().mileage;
  useTitle(w.title);
  const points = useResource(getMileage, []);
  const moves = useList(listMileage, []);
  return (
    <div class="wrap wrap--medium coupons">
      <h1>{w.title}</h1>
      <Await of={points}>{(has) => (
        <section class="panel" data-testid="mileage">
          <p>{w.balance} <strong data-testid="mileage-balance">{w.points(count(has.balance))}</strong></p>
          {has.owed > 0 && <p data-testid="mileage-owed">{w.owed(count(has.owed))}</p>}
          {has.next_expiry_at && has.next_expiry_amount && <p data-testid="mileage-expiry">{w.expires(count(has.next_expiry_amount), day(has.next_expiry_at))}</p>}
          <p class="muted">{w.how}</p>
        </section>
      )}</Await>
      <section aria-labelledby="moves">
        <h2 id="moves">{w.history}</h2>
        <Await of={moves.first}>{() => (moves.items.length === 0
          ? <p class="muted" data-testid="no-moves">{w.none}</p>
          : <ul class="coupons__list" data-testid="moves">{moves.items.map((one) => <Move key={one.id} one={one} />)}</ul>)}</Await>
        <More of={moves} />
      </section>
    </div>
  );
}

function Move({ one }: { one: MileageMove }) {
  const w = couponWords().mileage;
  const reasons: Record<string, string> = w.reason;
  const points = w.points(count(Math.abs(one.delta)));
  return (
    <li class="panel coupons__one" data-testid="move">
      <div class="coupons__what">
        <strong>{one.source === "staff" ? one.reason : (reasons[one.reason] ?? one.reason)}</strong>
        <p class="muted">{moment(one.at)}{one.booking_id && <> · <a href={`/tickets/${encodeURIComponent(one.booking_id)}`}>{w.booking}</a></>}</p>
      </div>
      <div class="coupons__sum">
        <strong data-testid="move-delta">{one.delta < 0 ? "−" : "+"}{points}</strong>
        <small class="muted">{w.after(count(one.balance_after))}</small>
      </div>
    </li>
  );
}
