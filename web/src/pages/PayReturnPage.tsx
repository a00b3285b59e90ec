/* Back from the provider's page: the payment is confirmed here, and has a state for each way it can go. */
import { useEffect, useMemo } from "preact/hooks";
import { words } from "../app/i18n";
import { payWords } from "../app/pay-words";
import { navigate, place } from "../app/router";
import { useTitle } from "../app/Shell";
import { Countdown } from "../ui/Countdown";
import { SeatLines } from "../ui/SeatLines";
import { ErrorState, Loading, Notice } from "../ui/states";
import type { Result } from "./purchase";
import { ResultView } from "./ResultView";
import { readTold, useReturn, type Ending, type Paid, type Told } from "./returned";

export default function PayReturnPage() {
  const w = payWords();
  useTitle(w.title);
  const told = useMemo(() => readTold(place.peek().query), []);
  if (!told)
    return (
      <Notice title={w.strange} text={w.strangeText} testid="pay-strange">
        <a class="button" href="/tickets">{words().shell.tickets}</a>
      </Notice>
    );
  return <Returned told={told} />;
}

const shown = (ending: Ending): ending is Exclude<Result, "expired"> =>
  ending === "paid" || ending === "pending" || ending === "deposit" || ending === "checking" || ending === "refunded";

function Returned({ told }: { told: Told }) {
  const w = payWords();
  const { order, ending, problem, shaky, again } = useReturn(told);
  const settled = ending !== null && ending !== "checking";

  /* What the provider returned has done its work; it does not rest in the address and the history. */
  useEffect(() => {
    if (!settled || !told.key) return;
    navigate(`/pay/return?payment=${encodeURIComponent(told.payment)}`, { replace: true, keepScroll: true });
  }, [settled]);

  if (problem) return <ErrorState problem={problem} retry={again} />;
  if (!ending) return <Loading />;
  return (
    <div class="wrap wrap--narrow">
      {shaky && (
        <div class="remark" role="status" data-testid="shaky">
          <p>{w.shaky}</p>
          <button type="button" class="button button--quiet button--small" data-testid="retry" onClick={again}>{w.tryNow}</button>
        </div>
      )}
      {shown(ending) ? <ResultView order={order} result={ending} says={ending === "checking" ? w.confirming : undefined} /> : order && <NotPaid order={order} ending={ending} onEnd={again} />}
    </div>
  );
}

/* Why there is no ticket, and the way on while the seats are held. */
function NotPaid({ order: { booking }, ending, onEnd }: { order: Paid; ending: Exclude<Ending, Exclude<Result, "expired">>; onEnd(): void }) {
  const w = payWords();
  const { title, text } = w.ended[ending];
  const held = booking.status === "pending" && ending !== "expired";
  return (
    <section class={`panel result result--${ending}`} data-testid="result" data-result={ending}>
      <p class="result__mark" aria-hidden="true">!</p>
      <h1>{title}</h1>
      <p>{text} {!held && ending !== "expired" && w.gone}</p>
      <div class="result__order">
        <p><strong>{booking.title}</strong></p>
        <SeatLines seats={booking.seats} />
      </div>
      {held ? (
        <>
          <p>{w.stillHeld} <Countdown to={booking.expires_at} onEnd={onEnd} testid="hold-countdown" /></p>
          <a class="button button--wide" href={`/checkout/${encodeURIComponent(booking.hold_id)}`} data-testid="pay-again">{w.again}</a>
        </>
      ) : (
        <a class="button button--wide" href={`/schedules/${encodeURIComponent(booking.schedule_id)}/seats`} data-testid="choose-again">{words().checkout.again}</a>
      )}
      <a class="button button--quiet button--wide" href="/tickets" data-testid="to-tickets">{words().result.mine}</a>
    </section>
  );
}
