/* The room where seats are chosen: picture and list side by side over one store, kept current by the stream. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { getAvailability, streamUrl } from "../api/calls";
import type { ScheduleDetail, SeatMapData } from "../api/shapes/performance";
import type { QueueNews } from "../api/shapes/queue";
import { count, moment } from "../app/format";
import { words } from "../app/i18n";
import { language } from "../app/language";
import { passFor } from "../app/passes";
import { currentPath, navigate, signInPath } from "../app/router";
import { session } from "../app/session";
import { tell } from "../app/toasts";
import { Countdown } from "../ui/Countdown";
import { useWaiting } from "../ui/WaitingList";
import { useHold } from "./hold";
import { LiveAvailability } from "./live";
import type { SeatRenderer } from "./renderer";
import { SeatCanvas } from "./SeatCanvas";
import { SeatList } from "./SeatList";
import { BestForm, Legend } from "./SidePanel";
import { SeatStore } from "./store";
import { Tray } from "./Tray";

interface Props {
  schedule: ScheduleDetail;
  data: SeatMapData;
  reload(): void;
}

/* Seats chosen before signing in are still chosen after it. */
const chosenName = (schedule: string) => `takenseat.chosen.${schedule}`;

export function SeatRoom({ schedule, data, reload }: Props) {
  const w = words();
  const store = useMemo(() => new SeatStore(data, schedule.max_tickets_per_user || 4), [data]);
  const renderer = useRef<SeatRenderer | null>(null);
  const [section, setSection] = useState(-1);
  const [grade, setGrade] = useState(store.map.offered[0] ?? 0);
  const [view, setView] = useState<"map" | "list">("map");
  const [news, setNews] = useState<QueueNews | null>(null);
  const hold = useHold(schedule, store, reload);
  const said = language.value === "en" ? news?.message_en : news?.message;
  const selling = schedule.status === "on_sale" || (schedule.status === "upcoming" && passFor(schedule.id) !== null);      /* a presale */

  useEffect(() => {
    const live = new LiveAvailability({
      open: () => new EventSource(streamUrl(schedule.id)),
      snapshot: () => getAvailability(schedule.id),
      onSnapshot: (availability) => {
        const first = !store.ready.value;
        store.takeSnapshot(availability);
        if (first) recall(store, schedule.id);
      },
      onDelta: (delta) => store.takeDelta(delta),
      onQueue: setNews,
      onState: (state) => (store.live.value = state),
      onFailure: () => (store.live.value = "polling"),
    });
    live.start();
    let hiding: ReturnType<typeof setTimeout> | undefined;
    const seen = () => {
      clearTimeout(hiding);
      if (document.hidden) hiding = setTimeout(() => live.pause(), 30_000);
      else live.resume();
    };
    document.addEventListener("visibilitychange", seen);
    return () => {
      document.removeEventListener("visibilitychange", seen);
      clearTimeout(hiding);
      live.stop();
    };
  }, [store]);

  const toggle = (seat: number) => {
    const refusal = store.toggle(seat);
    if (refusal === "taken") tell(words().map.notFree, "warn");
    if (refusal === "limit") tell(words().map.limit(store.limit), "warn");
  };

  const area = (index: number) => {
    setGrade(store.map.sections[index].grade);
    setView("list");
    requestAnimationFrame(() => document.querySelector<HTMLElement>(".best select")?.focus());
  };

  const openSection = (index: number) => {
    if (index >= 0 && store.map.sections[index].kind === "area") return area(index);
    setSection(index);
    const drawing = renderer.current;
    if (drawing && index >= 0) drawing.fly(drawing.camera.fitting(store.map.sections[index].box, 0.08));
  };

  /* The section in the middle of the picture, for who comes to it by the keyboard. */
  const enter = (index: number) => {
    setView("list");
    openSection(index);
  };

  const place = (seats: readonly number[]) => {
    store.choose(seats);
    store.settle();
    renderer.current?.show(seats[seats.length >> 1]);
  };

  const signedInFirst = (act: () => void) => {
    if (session.signedIn.value) return act();
    sessionStorage.setItem(chosenName(schedule.id), JSON.stringify(store.chosen.value.map((seat) => store.map.guid(seat))));
    navigate(signInPath(currentPath()));
  };

  return (
    <div class="room" data-view={view} data-testid="seat-room" data-live={store.live.value}>
      <div class="room__head">
        <a class="room__back" href={`/performances/${encodeURIComponent(schedule.performance_id)}`} aria-label={w.map.back}>←</a>
        <div>
          <h1 class="room__title">{schedule.title}</h1>
          <p class="room__when">{moment(schedule.starts_at)} · {schedule.hall_name}</p>
        </div>
        <Live store={store} />
        <div class="switch" role="group" aria-label={w.map.view}>
          <button type="button" aria-pressed={view === "map"} data-testid="view-map" onClick={() => setView("map")}>{w.map.asMap}</button>
          <button type="button" aria-pressed={view === "list"} data-testid="view-list" onClick={() => setView("list")}>{w.map.asList}</button>
        </div>
      </div>
      {session.signedIn.value && <OfferNote schedule={schedule} />}
      {!selling && <SaleNote schedule={schedule} reload={reload} />}
      {selling && schedule.queue_mode !== "off" && <PassNote schedule={schedule} />}
      {said && <p class="room__note" role="status">{said}</p>}
      <SeatCanvas store={store} onToggle={toggle} onArea={area} onEnter={enter} onRenderer={(drawing) => (renderer.current = drawing)} />
      <aside class="room__side">
        <Legend store={store} />
        <div class="room__list">
          <BestForm store={store} grade={grade} onGrade={setGrade} busy={hold.busy} disabled={!selling}
            onBest={(number, name) => signedInFirst(() => void hold.best(number, name))} onPlace={place} />
          <h2 class="room__sub">{w.map.bySection} <small>{count(store.map.count)}</small></h2>
          <SeatList store={store} section={section} onSection={openSection} onToggle={toggle}
            onShow={(seat) => renderer.current?.show(seat)} />
        </div>
      </aside>
      <Tray store={store} busy={hold.busy} disabled={!selling} onRemove={toggle} onShow={(seat) => renderer.current?.show(seat)}
        onHold={() => signedInFirst(() => void hold.chosen())} />
    </div>
  );
}

function Live({ store }: { store: SeatStore }) {
  const w = words();
  const state = store.live.value;
  return <span class={`live live--${state}`} role="status" data-testid="live">{w.map.liveState[state]}</span>;
}

function PassNote({ schedule }: { schedule: ScheduleDetail }) {
  const until = passFor(schedule.id)?.expiresAt;
  return until ? <p class="room__note room__note--calm">{words().map.passUntil} <Countdown to={until} testid="pass-countdown" /></p> : null;
}

/* The mail about an offer leads here. */
function OfferNote({ schedule }: { schedule: ScheduleDetail }) {
  const w = words().waitlist;
  const offer = useWaiting(schedule.id).data?.find((one) => one.offer)?.offer;
  if (!offer) return null;
  return (
    <p class="room__note" data-testid="offer-note">
      {w.offerHere} <Countdown to={offer.until} /> <a href={`/schedules/${encodeURIComponent(schedule.id)}/waitlist`}>{w.toOffer}</a>
    </p>
  );
}

function SaleNote({ schedule, reload }: { schedule: ScheduleDetail; reload(): void }) {
  const w = words();
  return (
    <p class="room__note" role="status" data-testid="sale-note">
      {schedule.status === "upcoming"
        ? <>{w.show.opensIn} <Countdown to={schedule.sale_starts_at} onEnd={reload} /></>
        : w.sale[schedule.status]}
      {schedule.status === "sold_out" && <> <a href={`/schedules/${encodeURIComponent(schedule.id)}/waitlist`}>{w.waitlist.join}</a></>}
    </p>
  );
}

function recall(store: SeatStore, schedule: string): void {
  const kept = sessionStorage.getItem(chosenName(schedule));
  sessionStorage.removeItem(chosenName(schedule));
  const guids: unknown = kept ? JSON.parse(kept) : [];
  if (!Array.isArray(guids)) return;
  for (const guid of guids) {
    const seat = store.map.seatOf(String(guid));
    if (seat !== undefined && store.map.state[seat] === 0) store.toggle(seat);
  }
}
