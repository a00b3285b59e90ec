/* Bookings of what one manages, by many marks; the marks stay in the address. */
import { bookingStates, getBookingsCsv, listManaged, listStaffBookings, type BookingFilter } from "../api/staff";
import type { StaffBooking } from "../api/shapes/booking";
import { count, koreanDay, moment, money } from "../app/format";
import { useList } from "../app/list";
import { useResource } from "../app/resource";
import { save } from "../app/save";
import { Field, SelectField } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";
import { More } from "../ui/More";
import { Await, Notice } from "../ui/states";
import { useFilter, type Filter } from "./filter";
import { FilterForm } from "./FilterForm";
import { Frame } from "./Frame";
import { staffWords } from "./words";

const names = ["q", "status", "performance_id", "schedule_id", "user_id", "from", "to"] as const;
type Marks = Filter<(typeof names)[number]>;

/* Days become the moments at which they begin. */
const asked = ({ from = "", to = "", ...rest }: Marks): BookingFilter => ({ ...rest, from: koreanDay(from), to: koreanDay(to, 1) });

export default function BookingsPage() {
  const w = staffWords();
  const [marks, change] = useFilter(names);
  const key = JSON.stringify(marks);
  const list = useList((cursor, signal) => listStaffBookings(asked(marks), cursor, signal), [key]);
  const csv = useSending(() => save("bookings.csv", getBookingsCsv(asked(marks))));
  return (
    <Frame title={w.bookings}>
      <Search key={key} marks={marks} change={change} />
      <div class="cancel__actions">
        <button type="button" class="button button--quiet button--small" disabled={csv.busy} data-testid="csv" onClick={csv.send}>{w.csv}</button>
      </div>
      <FormProblem problem={csv.problem} />
      <Await of={list.first}>{() => (list.items.length === 0
        ? <Notice title={w.booking.none} text={w.booking.noneText} testid="empty" />
        : (
          <>
            <Found bookings={list.items} />
            <More of={list} />
          </>
        ))}</Await>
    </Frame>
  );
}

function Search({ marks, change }: { marks: Marks; change(part: Marks): void }) {
  const w = staffWords();
  const shows = useResource((signal) => listManaged("", null, signal), []);
  const titles = (shows.data?.items ?? []).map(({ id, title }): [string, string] => [id, title]);
  return (
    <FilterForm marks={marks} change={change}>{(field) => (
      <>
        <Field label={w.booking.find} type="search" {...field("q")} />
        <SelectField label={w.booking.state} {...field("status")} options={[["", w.all], ...bookingStates.map((one): [string, string] => [one, w.booking.states[one]])]} />
        <SelectField label={w.booking.performance} {...field("performance_id")} options={[["", w.all], ...titles]} />
        <Field label={w.booking.from} type="date" {...field("from")} />
        <Field label={w.booking.to} type="date" {...field("to")} />
        <button class="button" data-testid="find">{w.search}</button>
      </>
    )}</FilterForm>
  );
}

/* Whose it is: a name from the box office, or that it is an account's. */
export function buyerText({ user_id, buyer_name }: StaffBooking): string {
  const w = staffWords().booking;
  return [buyer_name, user_id === null ? w.atDesk : w.online].filter(Boolean).join(" · ");
}

function Found({ bookings }: { bookings: StaffBooking[] }) {
  const w = staffWords();
  return (
    <div class="panel staff__scroll" role="region" aria-label={w.bookings} tabIndex={0}>
      <table class="staff__table" data-testid="bookings">
        <thead>
          <tr>
            <th scope="col">{w.booking.code}</th><th scope="col">{w.booking.state}</th><th scope="col">{w.booking.performance}</th><th scope="col">{w.booking.buyer}</th>
            <th scope="col" class="num">{w.booking.seats}</th><th scope="col" class="num">{w.booking.paid}</th><th scope="col">{w.booking.made}</th>
          </tr>
        </thead>
        <tbody>
          {bookings.map((one) => (
            <tr key={one.id} data-testid="booking">
              <td><a href={`/admin/bookings/${encodeURIComponent(one.id)}`}><code>{one.code}</code></a></td>
              <td><span class={`badge badge--${one.status}`}>{w.booking.states[one.status]}</span></td>
              <td>{one.title}<br /><span class="muted small">{moment(one.starts_at)}</span></td>
              <td>{buyerText(one)}</td>
              <td class="num">{count(one.seats.length)}</td>
              <td class="num">{money(one.due)}</td>
              <td>{moment(one.created_at)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
