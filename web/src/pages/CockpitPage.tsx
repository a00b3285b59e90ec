/* A waiting room in the hands of its organizer: how it goes, how it went, and what to do about it. */
import type { ComponentChildren } from "preact";
import { getCurveCsv } from "../api/room";
import type { QueueStatus } from "../api/shapes/queue";
import { count } from "../app/format";
import type { Params } from "../app/router";
import { save } from "../app/save";
import { useTitle } from "../app/Shell";
import { FormProblem, useSending } from "../ui/Form";
import { RoomNav } from "../room/RoomNav";
import { Levers } from "./Levers";
import { CurveTable, RoomCurve } from "./RoomCurve";
import { ErrorState, Loading } from "../ui/states";
import { percent, useRoom } from "./cockpit-watch";
import { cockpitWords } from "./cockpit-words";

export default function CockpitPage({ params }: { params: Params }) {
  const w = cockpitWords();
  const { room, minutes, problem, stale, again } = useRoom(params.id);
  const csv = useSending(() => save("waiting-room.csv", getCurveCsv(params.id)));
  useTitle(room ? `${w.title} · ${room.title ?? ""}` : w.title);
  if (!room) return problem ? <ErrorState problem={problem} retry={again} /> : <Loading />;
  return (
    <div class="wrap staff cockpit" data-testid="cockpit">
      <RoomNav schedule={params.id} />
      <header class="cockpit__head">
        <h1>{w.title}</h1>
        <p class="muted">{room.title}</p>
        <State room={room} />
      </header>
      {stale && <p class="remark" role="status" data-testid="stale">{w.stale}</p>}
      {room.mode === "off" && <p class="remark" data-testid="room-off">{w.off}</p>}
      <Figures room={room} />
      <div class="cockpit__columns">
        <div class="cockpit__side">
          {room.mode !== "off" && <Levers room={room} onDone={again} />}
          <Stock room={room} />
        </div>
        <section class="panel cockpit__flow" aria-labelledby="curve">
          <h2 id="curve">{w.curve}</h2>
          <p class="muted small">{w.curveHint}</p>
          {minutes.length === 0 ? <p data-testid="no-curve">{w.noCurve}</p> : (
            <>
              <RoomCurve minutes={minutes} />
              <FormProblem problem={csv.problem} />
              <div><button type="button" class="button button--quiet button--small" disabled={csv.busy} data-testid="csv" onClick={csv.send}>{w.csv}</button></div>
              <CurveTable minutes={minutes} />
            </>
          )}
        </section>
      </div>
    </div>
  );
}

function State({ room }: { room: QueueStatus }) {
  const w = cockpitWords();
  const calm = !room.paused && !room.draining && room.mode !== "off";
  return (
    <p class="cockpit__state" role="status" data-testid="room-state">
      <span class="badge">{w.mode[room.mode]}</span>
      {calm && <span class="badge badge--on_sale">{w.open}</span>}
      {room.paused && <span class="badge badge--cancelled">{w.paused}</span>}
      {room.draining && <span class="badge badge--pending">{w.draining}</span>}
    </p>
  );
}

function tailText(tail: QueueStatus["tail"]): string {
  const w = cockpitWords();
  if (!tail) return "–";
  const low = Math.ceil(tail.eta_low_seconds / 60);
  const high = tail.eta_high_seconds === null ? null : Math.ceil(tail.eta_high_seconds / 60);
  if (high !== null && high <= 1) return w.soon;
  return high === null && low === 0 ? w.unknown : w.minutes(count(low), high === null ? null : count(high));
}

function Figures({ room }: { room: QueueStatus }) {
  const w = cockpitWords();
  const share = (permille: number | null) => (permille === null ? "–" : percent(permille));
  return (
    <section aria-label={w.figures}>
      <dl class="cockpit__figures">
        <Figure id="waiting" name={w.waiting} value={w.people(count(room.waiting))}>{w.joined(count(room.joined))}</Figure>
        <Figure id="active" name={w.active} value={w.people(count(room.active))}>{w.ofLimit(count(room.active_limit))}</Figure>
        <Figure id="rate" name={w.rate} value={room.rate.reason ? w.people(count(room.rate.effective)) : "–"}>
          {w.rateSet(count(room.rate.set))}{room.rate.reason && <> · {w.reason[room.rate.reason]}</>}
        </Figure>
        <Figure id="tail" name={w.tail} value={tailText(room.tail)} />
        <Figure id="admitted" name={w.admitted} value={w.people(count(room.admitted))} />
        <Figure id="conversion" name={w.conversion} value={share(room.conversion_permille)}>{w.conversionNote(count(room.booked))}</Figure>
        <Figure id="absent" name={w.absent} value={share(room.absent_permille)}>{w.absentNote}</Figure>
        <Figure id="parked" name={w.parked} value={w.people(count(room.parked))}>{w.parkedNote}</Figure>
      </dl>
    </section>
  );
}

function Figure({ id, name, value, children }: { id: string; name: string; value: string; children?: ComponentChildren }) {
  return (
    <div class="panel cockpit__figure">
      <dt>{name}</dt>
      <dd class="cockpit__value" data-testid={`figure-${id}`}>{value}</dd>
      {children && <dd class="muted small">{children}</dd>}
    </div>
  );
}

function Stock({ room }: { room: QueueStatus }) {
  const w = cockpitWords();
  return (
    <section class="panel" aria-labelledby="stock">
      <h2 id="stock">{w.stock}</h2>
      <ul class="cockpit__stock" data-testid="stock">
        {room.stock.map(({ grade, free, total }) => (
          <li key={grade}>
            <span>{grade}</span>
            <meter min={0} max={Math.max(1, total)} value={free} aria-label={grade} />
            <b>{w.ofTotal(count(free), count(total))}</b>
          </li>
        ))}
      </ul>
    </section>
  );
}
