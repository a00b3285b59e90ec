/* The waiting room: where one stands, how long it will take, what is left; and on to the seats when it is one's turn. */
import { useEffect, useMemo } from "preact/hooks";
import { getProof, leaveQueue } from "../api/calls";
import type { ScheduleDetail } from "../api/shapes/performance";
import type { QueuePlace } from "../api/shapes/queue";
import { serverNow } from "../app/clock";
import { count, money, timeOfDay } from "../app/format";
import { words } from "../app/i18n";
import { keepPass, passFor } from "../app/passes";
import { useResource } from "../app/resource";
import { navigate, type Params } from "../app/router";
import { readSchedule } from "../app/schedule";
import { useTitle } from "../app/Shell";
import { Countdown } from "../ui/Countdown";
import { keepReceipt, keptReceipt } from "../draw/receipts";
import { drawWords } from "../draw/words";
import { GradeMark, offered } from "../ui/GradeMark";
import { Await, ErrorState, Notice } from "../ui/states";
import { OtherDevice } from "./OtherDevice";
import type { Problem } from "../api/problem";
import { askToNotify, callIn, chime, chooseChime, permission, useAwake, useOtherTab } from "./queue-call";
import { useNews, type News } from "./queue-news";
import { Appeal } from "../work/Appeal";
import { CodeEntry } from "../work/CodeEntry";
import { Joining, Prepare } from "../work/Work";
import { usePlace } from "./queue-place";
import { newsText, queueWords } from "./queue-words";

export default function QueuePage({ params }: { params: Params }) {
  const schedule = useResource((signal) => readSchedule(params.id, signal), [params.id]);
  return (
    <Await of={schedule}>
      {(found) => found.status === "upcoming" && found.queue_mode === "off"
        ? <NotYet schedule={found} text={words().show.opensIn} opens={found.sale_starts_at} reload={schedule.reload} />
        : <Room schedule={found} />}
    </Await>
  );
}

function NotYet({ schedule, text, opens, reload }: { schedule: ScheduleDetail; text: string; opens: string; reload(): void }) {
  useTitle(schedule.title);
  return (
    <Notice title={schedule.title} text={text} testid="queue-not-yet">
      <p class="bigclock"><Countdown to={opens} onEnd={reload} /></p>
      <Prepare schedule={schedule.id} />
      <CodeEntry schedule={schedule} entered={reload} />
    </Notice>
  );
}

function Room({ schedule }: { schedule: ScheduleDetail }) {
  const w = words();
  const more = queueWords();
  const { place, problem, shaky, rejoin } = usePlace(schedule.id);
  const otherTab = useOtherTab(schedule.id);
  const { news, at } = useNews(place);
  useAwake();
  const seats = `/schedules/${encodeURIComponent(schedule.id)}/seats`;
  useTitle(titleOf(place) ?? schedule.title);

  useEffect(() => {
    if (place?.state !== "admitted") return;
    if (place.pass) {
      const known = passFor(schedule.id)?.pass === place.pass;         /* by a reload, or another tab that has called already */
      keepPass(schedule.id, place.pass, place.pass_expires_at);
      if (!known) callIn(more.turn, more.turnText(schedule.title));
    }
    if (place.pass || schedule.queue_mode === "off") navigate(seats, { replace: true });
  }, [place]);

  useEffect(() => {
    if (place && schedule.queue_mode === "draw") void keepProof(schedule.id, place);
  }, [place?.place_token]);

  if (!place) return problem ? <NoPlace problem={problem} schedule={schedule} retry={rejoin} /> : <Joining />;
  if (place.state === "expired" || place.state === "left")
    return (
      <Notice title={w.queue.over} text={place.revoked_reason ? w.queue.revoked(place.revoked_reason) : place.message || w.queue.overText} tone="warn" testid="queue-over">
        <button type="button" class="button" data-testid="rejoin" onClick={rejoin}>{w.queue.rejoin}</button>
      </Notice>
    );

  const leave = () => {
    void leaveQueue(place.place_token).catch(() => undefined);
    navigate(`/performances/${encodeURIComponent(schedule.performance_id)}`);
  };

  return (
    <div class="queue" data-testid="queue">
      <div class="wrap wrap--narrow">
        <p class="queue__show">{schedule.title}</p>
        <h1 class="queue__title">{place.state === "admitted" ? w.queue.admitted : w.queue.title}</h1>
        {place.device === "other" && <OtherDevice schedule={schedule.id} moved={rejoin} />}
        {place.message && <p class="queue__message" role="status" data-testid="queue-message"><b>{more.message}</b> {place.message}</p>}
        {place.back_by && <p class="queue__message" role="status" data-testid="queue-back"><b>{more.backTitle}</b> {more.backText} <Countdown to={place.back_by} /></p>}
        <Standing place={place} />
        {shaky && <p class="queue__shaky" role="status" data-testid="queue-shaky">{w.queue.shaky}</p>}
        <WhatChanged news={news} at={at} />
        <Stock schedule={schedule} place={place} />
        {place.price_from && place.price_to && <p class="queue__hint">{drawWords().prices(money(place.price_from), money(place.price_to))}</p>}
        {schedule.queue_mode === "draw" && place.position !== null &&
          <a class="button button--ghost" href={`/schedules/${encodeURIComponent(schedule.id)}/draw`} data-testid="to-draw">{drawWords().toCheck}</a>}
        {place.eta_reason === "sold_out" &&
          <a class="button" href={`/schedules/${encodeURIComponent(schedule.id)}/waitlist`} data-testid="to-waitlist">{w.waitlist.title}</a>}
        <Call />
        {otherTab && <p class="queue__hint" role="status" data-testid="queue-other-tab">{more.otherTab}</p>}
        <CodeEntry schedule={schedule} entered={rejoin} />
        <p class="queue__hint">{w.queue.hint}</p>
        {place.place_token && <p class="queue__hint"><a href={`/wait/${encodeURIComponent(place.place_token)}`} target="_self" data-testid="to-plain">{more.plain}</a></p>}
        <button type="button" class="button button--ghost" data-testid="leave-queue" onClick={leave}>{w.queue.leave}</button>
      </div>
    </div>
  );
}

interface Denial {
  problem: Problem;
  schedule: ScheduleDetail;
  retry(): void;
}

/* A room that opens later says how much. */
function NoPlace({ problem, schedule, retry }: Denial) {
  const opens = useMemo(() => new Date(serverNow() + (problem.retryAfterMs ?? 0)).toISOString(), [problem]);
  if (problem.code === "not_open") return <NotYet schedule={schedule} text={queueWords().opensIn} opens={opens} reload={retry} />;
  return <><Refused problem={problem} schedule={schedule} retry={retry} /><Appeal schedule={schedule.id} problem={problem} /></>;
}

/* A refusal has its reason; anything else may pass. */
function Refused({ problem, schedule, retry }: Denial) {
  const more = queueWords();
  if (problem.status !== 409) return <ErrorState problem={problem} retry={retry} />;
  return (
    <Notice title={more.refused} text={problem.detail} tone="warn" testid="queue-refused">
      <button type="button" class="button" data-testid="retry" onClick={retry}>{words().states.retry}</button>
      <a class="button button--quiet" href={`/performances/${encodeURIComponent(schedule.performance_id)}`}>{more.toShow}</a>
    </Notice>
  );
}

function WhatChanged({ news, at }: { news: News[]; at: string }) {
  return (
    <div class="queue__news" aria-live="polite" data-testid="queue-news">
      {news.length > 0 && (
        <>
          <h2>{queueWords().news(timeOfDay(at))}</h2>
          <ul>{news.map((one) => <li key={newsText(one, count)}>{newsText(one, count)}</li>)}</ul>
        </>
      )}
    </div>
  );
}

/* How somebody who does not watch the page wants to be called. */
function Call() {
  const w = queueWords();
  return (
    <fieldset class="queue__call">
      <legend>{w.call}</legend>
      <label class="queue__choice">
        <input type="checkbox" checked={chime.value} data-testid="chime" onChange={(event) => chooseChime(event.currentTarget.checked)} />
        <span>{w.sound}</span>
      </label>
      {permission.value === "default" &&
        <button type="button" class="button button--ghost button--small" data-testid="notify" onClick={() => void askToNotify()}>{w.notify}</button>}
      {permission.value === "granted" && <p data-testid="notified">{w.notified}</p>}
      {permission.value === "denied" && <p data-testid="notify-denied">{w.notDenied}</p>}
    </fieldset>
  );
}

/* Another device than the one that joined asks for the receipt. */
async function keepProof(schedule: string, place: QueuePlace): Promise<void> {
  if (keptReceipt(schedule)?.token === place.place_token) return;
  const receipt = place.receipt ?? await getProof(place.place_token).then((proof) => proof.receipt, () => null);
  if (receipt) keepReceipt(schedule, place.place_token, receipt);
}

function titleOf(place: QueuePlace | null): string | null {
  if (place?.state === "admitted") return queueWords().turn;
  return place?.state === "waiting" && place.position !== null ? words().queue.titleAt(count(place.position)) : null;
}

function waitText(place: QueuePlace): string {
  const w = words();
  const low = Math.ceil((place.eta_low_seconds ?? place.eta_seconds ?? 0) / 60);
  const high = place.eta_high_seconds === undefined ? low : place.eta_high_seconds === null ? null : Math.ceil(place.eta_high_seconds / 60);
  if (place.eta_seconds === null) return w.queue.unknown;
  return high !== null && high <= 1 ? w.queue.soon : drawWords().range(low, high);
}

function Drawing({ place }: { place: QueuePlace }) {
  const w = drawWords();
  return (
    <div class="queue__card">
      <p class="queue__label">{w.toDraw}</p>
      <p class="queue__number" data-testid="queue-draw"><Countdown to={place.draws_at!} /></p>
      <p class="queue__label">{w.reason.draw}</p>
    </div>
  );
}

function Standing({ place }: { place: QueuePlace }) {
  const w = words();
  if (place.position === null && place.draws_at) return <Drawing place={place} />;
  const reason = place.state === "waiting" && place.eta_reason && !place.back_by ? drawWords().reason[place.eta_reason] : null;
  return (
    <div class="queue__card">
      <div class={place.paused ? "queue__steps queue__steps--still" : "queue__steps"} aria-hidden="true">{[0, 1, 2, 3, 4, 5, 6].map((i) => <i key={i} />)}</div>
      <p class="queue__label">{w.queue.position}</p>
      <p class="queue__number" data-testid="queue-position" aria-live="polite">{count(place.position ?? 0)}</p>
      <dl class="queue__facts">
        <div><dt>{w.queue.ahead}</dt><dd data-testid="queue-ahead">{w.queue.people(place.ahead ?? 0)}</dd></div>
        <div><dt>{w.queue.eta}</dt><dd data-testid="queue-eta">{waitText(place)}</dd></div>
      </dl>
      {reason && <p class="queue__label" data-testid="queue-reason">{reason}</p>}
    </div>
  );
}

function Stock({ schedule, place }: { schedule: ScheduleDetail; place: QueuePlace }) {
  const w = words();
  const now = place.stock;
  if (!now) return null;
  return (
    <ul class="queue__stock" aria-label={w.queue.stock} data-testid="queue-stock">
      {offered(schedule.remaining).map(({ stock: { grade, color, total, free }, mark }) => {
        const left = now[grade] ?? free;
        return (
          <li key={grade}>
            <GradeMark index={mark} color={color} />
            <span>{grade}</span>
            <meter min={0} max={Math.max(1, total)} value={left} aria-label={grade} />
            <b>{left ? w.units.left(count(left)) : w.units.none}</b>
          </li>
        );
      })}
    </ul>
  );
}
