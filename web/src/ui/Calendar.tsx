/* The days on which a performance plays, a month at a time. What is left on a day is said in words and by a mark, not by colour alone. */
import { useState } from "preact/hooks";
import type { Schedule } from "../api/shapes/performance";
import { dayKey, longDay, monthName } from "../app/format";
import { monthsOf } from "../app/months";
import { showWords } from "../app/show-words";

interface Props {
  schedules: Schedule[];
  /* The chosen day as dayKey tells it; empty: all. */
  chosen: string;
  choose(day: string): void;
}

export function Calendar({ schedules, chosen, choose }: Props) {
  const w = showWords();
  const months = monthsOf(schedules.map(({ starts_at }) => starts_at));
  const [at, setAt] = useState(0);
  const { first, weeks } = months[Math.min(at, months.length - 1)];
  const title = monthName(first);
  return (
    <div class="calendar" data-testid="calendar">
      <div class="calendar__head">
        <button type="button" class="button button--quiet button--small" aria-label={w.earlier} disabled={at === 0} data-testid="month-before" onClick={() => setAt(at - 1)}>‹</button>
        <h3 aria-live="polite">{title}</h3>
        <button type="button" class="button button--quiet button--small" aria-label={w.later} disabled={at >= months.length - 1} data-testid="month-after" onClick={() => setAt(at + 1)}>›</button>
      </div>
      <table aria-label={title}>
        <thead><tr>{w.weekdays.split(" ").map((name) => <th key={name} scope="col">{name}</th>)}</tr></thead>
        <tbody>
          {weeks.map((week, i) => (
            <tr key={i}>
              {week.map((day, j) => <td key={j}>{day > 0 && <Day date={new Date(first.getFullYear(), first.getMonth(), day, 12)} {...{ schedules, chosen, choose }} />}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
      {chosen && <button type="button" class="linklike" data-testid="all-dates" onClick={() => choose("")}>{w.allDates}</button>}
    </div>
  );
}

function Day({ date, schedules, chosen, choose }: Props & { date: Date }) {
  const w = showWords();
  const key = dayKey(date.toISOString());
  const shows = schedules.filter(({ starts_at }) => dayKey(starts_at) === key);
  if (shows.length === 0) return <span class="calendar__idle">{date.getDate()}</span>;
  const open = shows.some(({ status }) => status === "on_sale" || status === "upcoming");
  const gone = !open && shows.some(({ status }) => status === "sold_out");
  const state = open ? "some" : gone ? "gone" : "none";
  return (
    <button type="button" class={`calendar__day calendar__day--${state}`} aria-pressed={chosen === key} data-testid="calendar-day"
      aria-label={w.day(longDay(shows[0].starts_at), `${w.shows(shows.length)}, ${w[state]}`)} onClick={() => choose(chosen === key ? "" : key)}>
      {date.getDate()}
    </button>
  );
}
