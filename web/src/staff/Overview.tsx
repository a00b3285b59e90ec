/* How a performance sells: its dates, the seats of one of them grade by grade and live, and its sales day by day. */
import { useEffect } from "preact/hooks";
import { getRoom } from "../api/room";
import { getSalesCsv, getSalesText } from "../api/staff";
import type { Performance, Schedule } from "../api/shapes/performance";
import { count, moment } from "../app/format";
import { useResource } from "../app/resource";
import { sellers, mayEnter } from "../app/roles";
import { save } from "../app/save";
import { percent } from "../pages/cockpit-watch";
import { FormProblem, useSending } from "../ui/Form";
import { Await, ErrorState, Loading, Notice } from "../ui/states";
import { StatusBadge } from "../ui/StatusBadge";
import { useFilter } from "./filter";
import { SalesCurve } from "./SalesCurve";
import { salesDays } from "./sales";
import { useLiveStock, type GradeCount } from "./stock";
import { staffWords } from "./words";

const often = 10_000;

/* Again and again while somebody looks. */
function useAgain(again: () => void): void {
  useEffect(() => {
    const timer = setInterval(() => document.hidden || again(), often);
    return () => clearInterval(timer);
  }, [again]);
}

export function Overview({ show, reload }: { show: Performance; reload(): void }) {
  const w = staffWords();
  const [filter, change] = useFilter(["date"]);
  useAgain(reload);
  const dates = show.schedules ?? [];
  const chosen = dates.find(({ id }) => id === filter.date) ?? dates.find(({ status }) => status === "on_sale") ?? dates[0];
  const links = (
    <div class="cancel__actions">
      <a class="button button--quiet button--small" href={`/performances/${encodeURIComponent(show.id)}`}>{w.show.toPublic}</a>
      <a class="button button--quiet button--small" href={`/admin/bookings?performance_id=${encodeURIComponent(show.id)}`}>{w.bookings}</a>
    </div>
  );
  if (!chosen)
    return (
      <>
        {links}
        <Notice title={w.stock.noDates} text={w.stock.noDatesText} testid="empty">
          <a class="button" href={`/admin/performances/${encodeURIComponent(show.id)}/dates`}>{w.show.dates}</a>
        </Notice>
      </>
    );
  return (
    <>
      {links}
      <Dates dates={dates} chosen={chosen.id} choose={(date) => change({ date })} />
      <Stock key={chosen.id} date={chosen} />
      <Sales show={show} />
    </>
  );
}

function Dates({ dates, chosen, choose }: { dates: Schedule[]; chosen: string; choose(id: string): void }) {
  const w = staffWords().stock;
  return (
    <div class="panel staff__scroll" role="region" aria-label={w.dates} tabIndex={0}>
      <table class="staff__table" data-testid="dates">
        <thead><tr><th scope="col">{w.when}</th><th scope="col">{w.state}</th><th scope="col" class="num">{w.taken}</th><th scope="col" class="num">{w.left}</th></tr></thead>
        <tbody>
          {dates.map((date) => {
            const total = date.remaining.reduce((sum, grade) => sum + grade.total, 0);
            const free = date.remaining.reduce((sum, grade) => sum + grade.free, 0);
            return (
              <tr key={date.id} data-testid="date">
                <td><button type="button" class="linklike" aria-pressed={date.id === chosen} onClick={() => choose(date.id)}>{moment(date.starts_at)}</button></td>
                <td><StatusBadge status={date.status} /></td>
                <td class="num">{w.of(count(total - free), count(total))}</td>
                <td class="num">{count(free)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

const columns = ["sold", "held", "house", "free"] as const;

function Stock({ date }: { date: Schedule }) {
  const w = staffWords().stock;
  const { counts, state, problem } = useLiveStock(date.id);
  const id = encodeURIComponent(date.id);
  return (
    <section class="panel cockpit__flow" aria-labelledby="stock" data-testid="stock">
      <h2 id="stock">{w.grades} · {moment(date.starts_at)}</h2>
      <p class={`small muted staff__live staff__live--${state}`} data-testid="stock-state" data-state={state}>{w[state]}</p>
      {counts ? <Counts counts={counts} /> : problem ? <ErrorState problem={problem} /> : <Loading />}
      {date.queue_mode !== "off" && <Conversion schedule={date.id} />}
      <div class="cancel__actions">
        <a class="button button--small" href={`/admin/schedules/${id}`} data-testid="to-date">{w.settings}</a>
        <a class="button button--quiet button--small" href={`/admin/queues/${id}`} data-testid="to-room">{w.cockpit}</a>
        {mayEnter({ roles: sellers }) && <a class="button button--quiet button--small" href={`/desk/${id}`}>{w.sell}</a>}
        <a class="button button--quiet button--small" href={`/admin/bookings?schedule_id=${id}`}>{w.bookings}</a>
      </div>
    </section>
  );
}

function Counts({ counts }: { counts: GradeCount[] }) {
  const w = staffWords().stock;
  const all = (name: (typeof columns)[number]) => counts.reduce((sum, one) => sum + one[name], 0);
  return (
    <div class="staff__scroll" role="region" aria-label={w.grades} tabIndex={0}>
      <table class="staff__table">
        <thead><tr><th scope="col">{w.grade}</th>{columns.map((name) => <th key={name} scope="col" class="num">{w[name]}</th>)}<th scope="col" class="num">{w.total}</th></tr></thead>
        <tbody>
          {counts.map((one) => (
            <tr key={one.grade} data-testid={`grade-${one.grade}`}>
              <th scope="row">{one.grade}</th>
              {columns.map((name) => <td key={name} class="num" data-testid={name}>{count(one[name])}</td>)}
              <td class="num">{count(columns.reduce((sum, name) => sum + one[name], 0))}</td>
            </tr>
          ))}
        </tbody>
        <tfoot><tr><th scope="row">{w.total}</th>{columns.map((name) => <td key={name} class="num">{count(all(name))}</td>)}
          <td class="num">{count(columns.reduce((sum, name) => sum + all(name), 0))}</td></tr></tfoot>
      </table>
    </div>
  );
}

/* Of a room that nobody was in there is nothing to tell, and none of it to fail at. */
function Conversion({ schedule }: { schedule: string }) {
  const w = staffWords().stock;
  const room = useResource((signal) => getRoom(schedule, signal), [schedule]);
  useAgain(room.reload);
  const permille = room.data?.conversion_permille;
  if (!room.data) return null;
  return <p data-testid="conversion">{w.conversion}: <strong>{permille == null ? w.noConversion : percent(permille)}</strong></p>;
}

function Sales({ show }: { show: Performance }) {
  const w = staffWords();
  const table = useResource((signal) => getSalesText(show.id, signal), [show.id]);
  const csv = useSending(() => save("sales.csv", getSalesCsv(show.id)));
  useAgain(table.reload);
  return (
    <section class="panel cockpit__flow" aria-labelledby="sales" data-testid="sales">
      <h2 id="sales">{w.curve.title}</h2>
      <Await of={table}>{(text) => <SalesCurve days={salesDays(text)} />}</Await>
      <FormProblem problem={csv.problem} />
      <div><button type="button" class="button button--quiet button--small" disabled={csv.busy} data-testid="csv" onClick={csv.send}>{w.csv}</button></div>
    </section>
  );
}
