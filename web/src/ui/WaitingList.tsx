/* One's places on waiting lists: how far they are, and the seats that are offered. */
import { listWaiting, acceptOffer, leaveWaitlist } from "../api/waitlist";
import type { Waiting } from "../api/shapes/booking";
import { moment, money } from "../app/format";
import { words } from "../app/i18n";
import { keepPass, passFor } from "../app/passes";
import { useResource, type Resource } from "../app/resource";
import { navigate } from "../app/router";
import { Countdown } from "./Countdown";
import { FormProblem, useSending } from "./Form";
import { SeatLines } from "./SeatLines";

const alive = ({ status }: Waiting) => status === "waiting" || status === "offered";

/* Those that are not over; of one schedule, or of all. */
export function useWaiting(schedule?: string): Resource<Waiting[]> {
  return useResource(async (signal) => {
    const { items } = await listWaiting(signal);
    return items.filter((one) => alive(one) && (!schedule || one.schedule_id === schedule));
  }, [schedule]);
}

export function WaitingList({ waiting }: { waiting: Resource<Waiting[]> }) {
  const w = words().waitlist;
  if (!waiting.data?.length) return null;
  return (
    <section class="waiting" aria-labelledby="waiting" data-testid="waiting">
      <h2 id="waiting">{w.mine}</h2>
      {waiting.data.map((one) => <One key={one.id} waiting={one} reload={waiting.reload} />)}
    </section>
  );
}

function One({ waiting, reload }: { waiting: Waiting; reload(): void }) {
  const w = words().waitlist;
  const { offer } = waiting;
  const accept = useSending(async () => {
    /* The offer's own pass is good for its seats alone: one out of the room, which is good for others too, stays. */
    const own = passFor(waiting.schedule_id)?.pass;
    const hold = await acceptOffer(waiting.id, own ?? offer?.pass ?? null);
    if (!own && offer?.pass) keepPass(waiting.schedule_id, offer.pass, offer.until);
    navigate(`/checkout/${encodeURIComponent(hold.id)}`);
  });
  const leave = useSending(async () => {
    await leaveWaitlist(waiting.id);
    reload();
  });
  return (
    <article class={`panel waiting__one waiting__one--${waiting.status}`} data-testid={`waiting-${waiting.status}`}>
      <div>
        <h3>{waiting.title}</h3>
        <p class="muted">{moment(waiting.starts_at)} · {w.wish(waiting.grade, waiting.count)}</p>
      </div>
      {offer ? (
        <>
          <p><strong>{w.offered}</strong> · {w.keptFor} <Countdown to={offer.until} onEnd={reload} /></p>
          <SeatLines seats={offer.seats} />
        </>
      ) : waiting.ahead !== null && <p data-testid="waiting-ahead">{w.ahead(waiting.ahead)}</p>}
      <FormProblem problem={accept.problem ?? leave.problem} />
      <div class="waiting__actions">
        {offer && <button type="button" class="button" disabled={accept.busy} data-testid="accept" onClick={accept.send}>{w.accept(money(offer.total))}</button>}
        <button type="button" class="button button--quiet" disabled={leave.busy} data-testid="leave-list" onClick={leave.send}>
          {offer ? w.decline : w.leave}
        </button>
      </div>
    </article>
  );
}
