/* Seats that are held for callers at this desk: the server holds them, whom they are for is known here. */
import { releaseHold } from "../api/calls";
import { useSending, FormProblem } from "../ui/Form";
import { Countdown } from "../ui/Countdown";
import { deskWords } from "./words";

export interface CallerHold {
  id: string;
  name: string;
  phone: string;
  seats: string[];
  until: string;
}

interface Props {
  holds: CallerHold[];
  take(hold: CallerHold): void;
  drop(hold: CallerHold): void;
}

export function Held({ holds, take, drop }: Props) {
  const w = deskWords();
  if (holds.length === 0) return null;
  return (
    <section class="panel staff__one unprinted" aria-labelledby="held" data-testid="held">
      <h2 id="held">{w.held}</h2>
      <ul class="staff__lines">{holds.map((hold) => <One key={hold.id} hold={hold} take={() => take(hold)} drop={() => drop(hold)} />)}</ul>
    </section>
  );
}

function One({ hold, take, drop }: { hold: CallerHold; take(): void; drop(): void }) {
  const w = deskWords();
  const name = hold.name || w.nobody;
  const { busy, problem, send } = useSending(async () => {
    await releaseHold(hold.id);
    drop();
  });
  return (
    <li class="staff__line" data-testid="held-one">
      <span>{w.heldFor(name, hold.seats.join(", "))}<br /><span class="muted small">{w.until} <Countdown to={hold.until} onEnd={drop} /></span></span>
      <FormProblem problem={problem} />
      <span class="cancel__actions">
        <button type="button" class="button button--small" aria-label={w.takeUpNamed(name)} data-testid="take-up" onClick={take}>{w.takeUp}</button>
        <button type="button" class="button button--quiet button--small" disabled={busy} aria-label={w.giveBackNamed(name)} data-testid="give-back" onClick={send}>{w.giveBack}</button>
      </span>
    </li>
  );
}
