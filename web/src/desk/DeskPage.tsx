/* The box office: which date is sold, and where a booking is found. */
import { useState } from "preact/hooks";
import { getPerformance } from "../api/calls";
import { findPerformances } from "../api/catalogue";
import { listManaged } from "../api/staff";
import type { Performance } from "../api/shapes/performance";
import { serverNow } from "../app/clock";
import { count, moment } from "../app/format";
import { useList } from "../app/list";
import { useResource } from "../app/resource";
import { mayEnter, organizers } from "../app/roles";
import { navigate } from "../app/router";
import { useFilter } from "../staff/filter";
import { FilterForm } from "../staff/FilterForm";
import { Frame } from "../staff/Frame";
import { Field } from "../ui/Field";
import { More } from "../ui/More";
import { Await, Notice } from "../ui/states";
import { StatusBadge } from "../ui/StatusBadge";
import { deskWords } from "./words";

/* Producers sell what is theirs, the others everything. */
const everywhere = ["STAFF", "MANAGER", "ADMIN"];

export default function DeskPage() {
  const w = deskWords();
  const [{ q = "" }, change] = useFilter(["q"]);
  const list = useList(
    (cursor, signal) => (mayEnter({ roles: everywhere }) ? findPerformances({ q }, cursor, 24, signal) : listManaged(q, cursor, signal)), [q],
  );
  return (
    <Frame title={w.title}>
      {mayEnter({ roles: organizers }) && <LookUp />}
      <FilterForm marks={{ q }} change={change}>{(field) => (
        <>
          <Field label={w.find} type="search" focus {...field("q")} />
          <button class="button button--quiet" data-testid="find">{w.search}</button>
        </>
      )}</FilterForm>
      <Await of={list.first}>{() => (list.items.length === 0
        ? <Notice title={w.none} text={w.noneText} testid="empty" />
        : (
          <>
            <ul class="staff__list" data-testid="shows">{list.items.map((show) => <Show key={show.id} show={show} open={list.items.length === 1} />)}</ul>
            <More of={list} />
          </>
        ))}</Await>
    </Frame>
  );
}

/* Somebody at the counter has booked already. */
function LookUp() {
  const w = deskWords();
  const [q, setQ] = useState("");
  return (
    <form class="staff__filter" role="search" data-testid="look-up" onSubmit={(event) => {
      event.preventDefault();
      if (q.trim()) navigate(`/admin/bookings?q=${encodeURIComponent(q.trim())}`);
    }}>
      <Field label={w.lookUp} name="booking" type="search" hint={w.lookUpHint} value={q} onValue={setQ} />
      <button class="button button--quiet" data-testid="look-up-go">{w.search}</button>
    </form>
  );
}

function Show({ show, open }: { show: Performance; open: boolean }) {
  return (
    <li class="panel" data-testid="show">
      <details open={open}>
        <summary><strong>{show.title}</strong> <StatusBadge status={show.status} /></summary>
        <Dates show={show.id} />
      </details>
    </li>
  );
}

/* Those that are not over: the box office sells until the end. */
function Dates({ show }: { show: string }) {
  const w = deskWords();
  const found = useResource((signal) => getPerformance(show, signal), [show]);
  return (
    <Await of={found}>{({ schedules = [] }) => {
      const open = schedules.filter(({ status, ends_at }) => status !== "cancelled" && Date.parse(ends_at) > serverNow());
      if (open.length === 0) return <p class="muted">{w.noDates}</p>;
      return (
        <ul class="staff__lines">
          {open.map((date) => (
            <li key={date.id} class="staff__line">
              <a href={`/desk/${encodeURIComponent(date.id)}`} data-testid="sell-date">{moment(date.starts_at)}</a>
              <span class="muted">{date.hall_name} · {w.left(count(date.remaining.reduce((sum, { free }) => sum + free, 0)))}</span>
            </li>
          ))}
        </ul>
      );
    }}</Await>
  );
}
