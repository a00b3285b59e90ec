/* What makes a booking cheaper: who comes, one coupon, mileage. The server prices it; here it is only chosen. */
import { useEffect, useId, useState } from "preact/hooks";
import { getMileage, listCoupons } from "../api/calls";
import type { Benefits, Hold, Person, PersonTerms, Seat } from "../api/shapes/booking";
import type { Coupon } from "../api/shapes/coupon";
import type { ScheduleDetail } from "../api/shapes/performance";
import { serverNow } from "../app/clock";
import { count, day, money } from "../app/format";
import { words } from "../app/i18n";
import { useResource } from "../app/resource";
import { SelectField } from "../ui/Field";

interface Props {
  hold: Hold;
  schedule: ScheduleDetail;
  onChange(benefits: Benefits): void;
}

interface Purse {
  coupons: Coupon[];
  balance: number;
}

async function read(signal: AbortSignal): Promise<Purse> {
  const [coupons, { balance }] = await Promise.all([listCoupons(signal), getMileage(signal)]);
  return { coupons: coupons.items, balance };
}

/* Whether a coupon can be spent on these seats at all. */
function fits(coupon: Coupon, { hold, schedule }: Props): boolean {
  return coupon.status === "usable" && Date.parse(coupon.starts_at) <= serverNow() && Date.parse(coupon.expires_at) > serverNow() &&
    (coupon.performance_id === null || coupon.performance_id === schedule.performance_id) &&
    (coupon.min_total === null || coupon.min_total.amount <= hold.total.amount);
}

export function BenefitsForm(props: Props) {
  const { hold, schedule, onChange } = props;
  const w = words().checkout;
  const purse = useResource(read, []);
  const [people, setPeople] = useState<Record<string, Person>>({});
  const [coupon, setCoupon] = useState("");
  const [points, setPoints] = useState("");
  const types = schedule.terms?.person_types ?? [];
  const coupons = (purse.data?.coupons ?? []).filter((one) => fits(one, props));
  const balance = hold.total.currency === "KRW" ? (purse.data?.balance ?? 0) : 0;

  useEffect(() => {
    const named = hold.seats.flatMap(({ guid }) => (people[guid] && people[guid] !== "adult" ? [{ seat: guid, type: people[guid] }] : []));
    const mileage = Math.floor(Number(points));
    onChange({
      ...(coupon && { coupon_id: coupon }),
      ...(mileage > 0 && { mileage }),
      ...(named.length > 0 && { people: named }),
    });
  }, [people, coupon, points]);

  if (types.length === 0 && coupons.length === 0 && balance === 0) return null;
  return (
    <div class="benefits" data-testid="benefits">
      {types.length > 0 && <People seats={hold.seats} types={types} chosen={people} onChoose={(seat, type) => setPeople({ ...people, [seat]: type })} />}
      {coupons.length > 0 && (
        <SelectField label={w.coupon} name="coupon" value={coupon} onValue={setCoupon}
          options={[["", w.noCoupon], ...coupons.map((one): [string, string] => [one.id, w.couponUntil(one.name, off(one), day(one.expires_at))])]} />
      )}
      {balance > 0 && <Points balance={balance} most={Math.min(balance, hold.total.amount)} value={points} onValue={setPoints} />}
    </div>
  );
}

function off({ discount_percent, discount_amount }: Pick<Coupon, "discount_percent" | "discount_amount">): string {
  return `−${discount_amount ? money(discount_amount) : `${discount_percent}%`}`;
}

function People({ seats, types, chosen, onChoose }: {
  seats: Seat[];
  types: PersonTerms[];
  chosen: Record<string, Person>;
  onChoose(seat: string, type: Person): void;
}) {
  const w = words();
  const proof = types.some(({ name, proof_at_door }) => proof_at_door && Object.values(chosen).includes(name));
  const label = ({ name, percent, prices }: PersonTerms, { grade }: Seat) => {
    const price = prices?.[grade];
    return [w.person[name], price ? money(price) : percent ? `−${percent}%` : ""].filter(Boolean).join(" · ");
  };
  return (
    <fieldset>
      <legend>{w.checkout.people}</legend>
      {seats.map((seat) => (
        <SelectField key={seat.guid} label={w.map.seat(seat.section, seat.row, seat.number)} name={`person-${seat.guid}`} value={chosen[seat.guid] ?? "adult"}
          onValue={(type) => onChoose(seat.guid, type as Person)}
          options={[["adult", w.person.adult], ...types.map((type): [string, string] => [type.name, label(type, seat)])]} />
      ))}
      {proof && <p class="field__hint">{w.checkout.proof}</p>}
    </fieldset>
  );
}

function Points({ balance, most, value, onValue }: { balance: number; most: number; value: string; onValue(value: string): void }) {
  const w = words().checkout;
  const id = useId();
  return (
    <div class="field">
      <label for={id}>{w.mileage}</label>
      <div class="benefits__points">
        <input id={id} type="text" inputMode="numeric" value={value} aria-describedby={`${id}-note`} data-testid="field-mileage"
          onInput={(event) => onValue(event.currentTarget.value.replace(/\D/g, ""))} />
        <button type="button" class="button button--quiet" data-testid="mileage-all" onClick={() => onValue(String(most))}>{w.useAll}</button>
      </div>
      <p id={`${id}-note`} class="field__hint" data-testid="mileage-balance">{w.balance(count(balance))}</p>
    </div>
  );
}
