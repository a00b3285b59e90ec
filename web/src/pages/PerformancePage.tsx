/* One performance: what it is, who is in it, when it plays and what is left. */
import { useEffect, useState } from "preact/hooks";
import { getPerformance } from "../api/calls";
import type { CastMember, Performance, Schedule } from "../api/shapes/performance";
import { count, dayKey, dayRange, longDay, moment, money, timeOfDay } from "../app/format";
import { words } from "../app/i18n";
import { mayEnter, organizers } from "../app/roles";
import { useResource } from "../app/resource";
import { navigate, type Params } from "../app/router";
import { useTitle } from "../app/Shell";
import { showWords } from "../app/show-words";
import { Calendar } from "../ui/Calendar";
import { Countdown } from "../ui/Countdown";
import { GradeMark, offered, soldOut } from "../ui/GradeMark";
import { Poster } from "../ui/Poster";
import { Await } from "../ui/states";
import { StatusBadge } from "../ui/StatusBadge";
import { Reviews } from "./Reviews";
import { PersonPrices, Policy, Venue } from "./ShowTerms";

export default function PerformancePage({ params }: { params: Params }) {
  const found = useResource((signal) => getPerformance(params.id, signal), [params.id]);
  useTitle(found.data?.title ?? "");
  return <Await of={found}>{(show) => <Details show={show} reload={found.reload} />}</Await>;
}

function Details({ show, reload }: { show: Performance; reload(): void }) {
  const w = words();
  const [chosen, setChosen] = useState("");
  const schedules = [...(show.schedules ?? [])].sort((a, b) => a.starts_at.localeCompare(b.starts_at));
  const days = byDay(schedules);
  const halls = [...new Set(schedules.map(({ hall_id }) => hall_id))];
  return (
    <article>
      <div class="hero">
        <div class="wrap hero__inner">
          <div class="hero__poster"><Poster title={show.title} genre={show.genre} url={show.poster_url} /></div>
          <div class="hero__text">
            <p class="hero__kind">{w.genre[show.genre] ?? show.genre} <StatusBadge status={show.status} /></p>
            <h1 class="hero__title" data-testid="performance-title">{show.title}</h1>
            <dl class="facts">
              <Fact name={w.show.venue} value={show.venue} />
              {show.from && <Fact name={w.show.dates} value={dayRange(show.from, show.to)} />}
              <Fact name={w.show.runtime} value={show.runtime_minutes ? w.show.minutes(show.runtime_minutes) : ""} />
              <Fact name={w.show.age} value={show.age_rating ? w.show.ageFrom(show.age_rating) : w.show.ageAll} />
              <Fact name={w.show.limit} value={w.units.tickets(show.max_tickets_per_user)} />
            </dl>
          </div>
        </div>
      </div>
      <div class="wrap show">
        <section class="show__dates" aria-labelledby="dates">
          <h2 id="dates">{w.show.choose}</h2>
          {schedules.length === 0 && <p class="muted" data-testid="empty">{w.show.noDates}</p>}
          {days.length > 1 && <Calendar schedules={schedules} chosen={chosen} choose={setChosen} />}
          {days.filter(([day]) => !chosen || day === chosen).map(([day, list]) => (
            <div class="day" key={day}>
              <h3 class="day__name">{longDay(list[0].starts_at)}</h3>
              {list.map((schedule) => <ScheduleRow key={schedule.id} schedule={schedule} reload={reload} />)}
            </div>
          ))}
        </section>
        <div class="show__about">
          {show.description && <section><h2>{w.show.about}</h2><p class="prose">{show.description}</p></section>}
          <Cast cast={show.cast ?? []} />
          {halls.map((hall) => <Venue key={hall} hall={hall} />)}
          <Policy performance={show.id} currency={show.price_from?.currency} />
        </div>
      </div>
      <Reviews performance={show.id} />
    </article>
  );
}

function Fact({ name, value }: { name: string; value: string }) {
  return value ? <div><dt>{name}</dt><dd>{value}</dd></div> : null;
}

function Cast({ cast }: { cast: CastMember[] }) {
  if (cast.length === 0) return null;
  return (
    <section>
      <h2>{words().show.cast}</h2>
      <ul class="cast">
        {cast.map((member) => {
          const { name, role } = typeof member === "string" ? { name: member, role: "" } : member;
          return <li key={name}><strong>{name}</strong>{role && <span>{role}</span>}</li>;
        })}
      </ul>
    </section>
  );
}

function ScheduleRow({ schedule, reload }: { schedule: Schedule; reload(): void }) {
  const w = words();
  return (
    <div class="schedule" data-testid="schedule">
      <div class="schedule__when">
        <strong>{timeOfDay(schedule.starts_at)}</strong>
        <StatusBadge status={schedule.status} />
      </div>
      <div class="schedule__what">
        <ul class="schedule__grades">
          {offered(schedule.remaining).map(({ stock, mark }) => (
            <li key={stock.grade}>
              <GradeMark index={mark} color={stock.color} />
              <span>{stock.grade}</span> <span class="muted">{stock.price && money(stock.price)}</span>{" "}
              <b class={stock.free === 0 ? "muted" : ""}>{stock.free ? w.units.left(count(stock.free)) : w.units.none}</b>
            </li>
          ))}
        </ul>
        {schedule.casting && schedule.casting.length > 0 && (
          <p class="muted small" data-testid="casting">
            {showWords().castOn}: {schedule.casting.map(({ name, role }) => (role ? `${name} (${role})` : name)).join(", ")}
          </p>
        )}
        <PersonPrices schedule={schedule.id} />
      </div>
      <div class="schedule__go">
        <Entrance schedule={schedule} reload={reload} />
        {mayEnter({ roles: organizers }) &&
          <a class="schedule__work" href={`/admin/queues/${encodeURIComponent(schedule.id)}`} data-testid="to-cockpit">{w.show.cockpit}</a>}
      </div>
    </div>
  );
}

function Entrance({ schedule, reload }: { schedule: Schedule; reload(): void }) {
  const w = words();
  const room = schedule.queue_mode !== "off";
  const base = `/schedules/${encodeURIComponent(schedule.id)}`;
  useGoIn(schedule, base);
  if (schedule.status === "upcoming") return <Opening schedule={schedule} base={base} reload={reload} />;
  const waitlist = <a class="button button--quiet" href={`${base}/waitlist`} data-testid="to-waitlist">{w.waitlist.title}</a>;
  if (schedule.status === "sold_out") return waitlist;
  if (schedule.status !== "on_sale") return <span class="muted">{w.show.notNow}</span>;
  return (
    <div class="entrances">
      {room
        ? <a class="button" href={`${base}/queue`} data-testid="enter-queue">{w.show.enterQueue}</a>
        : <a class="button" href={`${base}/seats`} data-testid="choose-seats">{w.show.chooseSeats}</a>}
      {schedule.remaining.some(soldOut) && waitlist}
    </div>
  );
}

const goingIn = (schedule: string) => `takenseat.going-in.${schedule}`;

/* Counts down to the sale. Who wants to is taken in when it opens: into the line where there is one, else to the seats. The wish stays with the tab. */
function Opening({ schedule, base, reload }: { schedule: Schedule; base: string; reload(): void }) {
  const w = words();
  const [goIn, setGoIn] = useState(() => sessionStorage.getItem(goingIn(schedule.id)) !== null);
  const room = schedule.queue_mode !== "off";
  const wish = (on: boolean) => {
    if (on) sessionStorage.setItem(goingIn(schedule.id), "1");
    else sessionStorage.removeItem(goingIn(schedule.id));
    setGoIn(on);
  };
  return (
    <div class="opening">
      <p class="opening__clock"><span>{w.show.opensIn}</span> <Countdown to={schedule.sale_starts_at} onEnd={reload} /></p>
      <p class="muted small">{moment(schedule.sale_starts_at)}</p>
      <label class="choice">
        <input type="checkbox" checked={goIn} data-testid="go-in" aria-label={showWords().goIn(moment(schedule.starts_at))}
          onChange={(event) => wish(event.currentTarget.checked)} />
        <span class="small" aria-hidden="true">{showWords().goInShort}</span>
      </label>
      {goIn && <p class="muted small" role="status">{showWords().goInText}</p>}
      {room && <a class="button" href={`${base}/queue`} data-testid="enter-queue">{w.show.enterQueue}</a>}
      <a class="button button--quiet" href={`${base}/seats`} data-testid="look-at-seats">{w.show.look}</a>
    </div>
  );
}

/* The sale that was waited for is open: the way in goes by itself. */
function useGoIn(schedule: Schedule, base: string): void {
  useEffect(() => {
    if (schedule.status !== "on_sale" || sessionStorage.getItem(goingIn(schedule.id)) === null) return;
    sessionStorage.removeItem(goingIn(schedule.id));
    navigate(schedule.queue_mode === "off" ? `${base}/seats` : `${base}/queue`);
  }, [schedule.status]);
}

function byDay(schedules: Schedule[]): [string, Schedule[]][] {
  const days = new Map<string, Schedule[]>();
  for (const schedule of schedules) {
    const key = dayKey(schedule.starts_at);
    days.set(key, [...(days.get(key) ?? []), schedule]);
  }
  return [...days];
}
