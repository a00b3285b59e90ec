/* A performance in a frame of an organizer's page: its dates, what is left, and the way to its seats or its line, which opens on a page of ours: nobody
 * signs in or pays under an address that one cannot see. Nothing here knows of accounts. */
import { useEffect, useState } from "preact/hooks";
import { exchange } from "../api/http";
import { asProblem, type Problem } from "../api/problem";
import type { Performance, Schedule } from "../api/shapes/performance";
import { count, longDay, money, timeOfDay } from "../app/format";
import { words } from "../app/i18n";
import { Countdown } from "../ui/Countdown";
import { GradeMark, offered, soldOut } from "../ui/GradeMark";
import { StatusBadge } from "../ui/StatusBadge";

/* What is left is asked for again after so long, spread, while somebody looks. */
const again = () => 20_000 + Math.random() * 10_000;

function useShow(id: string) {
  const [show, setShow] = useState<Performance | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [round, setRound] = useState(0);
  const reload = () => setRound((n) => n + 1);
  useEffect(() => {
    const stop = new AbortController();
    const read = () => exchange<Performance>(`/performances/${encodeURIComponent(id)}`, { signal: stop.signal });
    read().then(
      (found) => {
        setShow(found);
        setProblem(null);
      },
      (error) => stop.signal.aborted || setProblem(asProblem(error)),
    );
    const timer = setInterval(() => document.hidden || reload(), again());
    return () => {
      stop.abort();
      clearInterval(timer);
    };
  }, [id, round]);
  return { show, problem, reload };
}

/* The frame is made as tall as this. */
function useHeight(): void {
  useEffect(() => {
    const tell = () => parent.postMessage({ takenseat: { height: document.documentElement.getBoundingClientRect().height } }, "*");
    const watch = new ResizeObserver(tell);
    watch.observe(document.documentElement);
    tell();
    return () => watch.disconnect();
  }, []);
}

export function Embedded({ id }: { id: string }) {
  const w = words();
  const { show, problem, reload } = useShow(id);
  useHeight();
  if (!show)
    return (
      <main class="embedded" data-testid={problem ? "error" : "loading"}>
        <p class="muted" role="status">{problem ? problem.detail || w.states.failedText : w.states.loading}</p>
        {problem && <button type="button" class="button button--quiet" data-testid="retry" onClick={reload}>{w.states.retry}</button>}
      </main>
    );
  const schedules = [...(show.schedules ?? [])].filter(({ status }) => status !== "closed").sort((a, b) => a.starts_at.localeCompare(b.starts_at));
  return (
    <main class="embedded" data-testid="embedded">
      <h1 class="embedded__title">{show.title}</h1>
      {schedules.length === 0 && <p class="muted" data-testid="empty">{w.show.noDates}</p>}
      {schedules.map((schedule) => <Evening key={schedule.id} schedule={schedule} reload={reload} />)}
      <p class="small"><a href={`/performances/${encodeURIComponent(show.id)}`} target="_blank" rel="noopener" data-testid="to-show">{w.shell.footer}</a></p>
    </main>
  );
}

function Evening({ schedule, reload }: { schedule: Schedule; reload(): void }) {
  const w = words();
  return (
    <section class="schedule" data-testid="schedule" aria-label={longDay(schedule.starts_at)}>
      <div class="schedule__when">
        <strong>{longDay(schedule.starts_at)} {timeOfDay(schedule.starts_at)}</strong>
        <StatusBadge status={schedule.status} />
      </div>
      <ul class="schedule__grades">
        {offered(schedule.remaining).map(({ stock, mark }) => (
          <li key={stock.grade}>
            <GradeMark index={mark} color={stock.color} />
            <span>{stock.grade}</span> <span class="muted">{stock.price && money(stock.price)}</span>{" "}
            <b class={soldOut(stock) ? "muted" : ""}>{stock.free ? w.units.left(count(stock.free)) : w.units.none}</b>
          </li>
        ))}
      </ul>
      <div class="schedule__go"><Way schedule={schedule} reload={reload} /></div>
    </section>
  );
}

function Way({ schedule, reload }: { schedule: Schedule; reload(): void }) {
  const w = words();
  const base = `/schedules/${encodeURIComponent(schedule.id)}`;
  const room = schedule.queue_mode !== "off";
  const link = (path: string, text: string) => <a class="button" href={base + path} target="_blank" rel="noopener" data-testid="way-in">{text}</a>;
  if (schedule.status === "upcoming")
    return (
      <div class="opening">
        <p class="opening__clock"><span>{w.show.opensIn}</span> <Countdown to={schedule.sale_starts_at} onEnd={reload} /></p>
        {room && link("/queue", w.show.enterQueue)}
      </div>
    );
  if (schedule.status === "sold_out") return link("/waitlist", w.waitlist.title);
  if (schedule.status !== "on_sale") return <span class="muted">{w.show.notNow}</span>;
  return room ? link("/queue", w.show.enterQueue) : link("/seats", w.show.chooseSeats);
}
