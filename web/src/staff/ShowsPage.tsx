/* What one manages, newest first. */
import { listManaged } from "../api/staff";
import type { Performance } from "../api/shapes/performance";
import { dayRange } from "../app/format";
import { words } from "../app/i18n";
import { useList } from "../app/list";
import { Field } from "../ui/Field";
import { More } from "../ui/More";
import { Await, Notice } from "../ui/states";
import { StatusBadge } from "../ui/StatusBadge";
import { useFilter } from "./filter";
import { FilterForm } from "./FilterForm";
import { Frame } from "./Frame";
import { staffWords } from "./words";

export default function ShowsPage() {
  const w = staffWords();
  const [{ q = "" }, change] = useFilter(["q"]);
  const list = useList((cursor, signal) => listManaged(q, cursor, signal), [q]);
  return (
    <Frame title={w.shows}>
      <FilterForm marks={{ q }} change={change}>{(field) => (
        <>
          <Field label={w.show.find} type="search" {...field("q")} />
          <button class="button button--quiet" data-testid="find">{w.search}</button>
          <a class="button" href="/admin/performances/new" data-testid="new-show">{w.show.create}</a>
        </>
      )}</FilterForm>
      <Await of={list.first}>{() => (list.items.length === 0
        ? <Notice title={w.show.none} text={q ? w.show.noneFound : w.show.noneText} testid="empty" />
        : (
          <>
            <ul class="staff__list" data-testid="shows">{list.items.map((show) => <Show key={show.id} show={show} />)}</ul>
            <More of={list} />
          </>
        ))}</Await>
    </Frame>
  );
}

function Show({ show }: { show: Performance }) {
  const facts = [words().genre[show.genre], show.venue, show.from && dayRange(show.from, show.to)];
  return (
    <li class="panel staff__row" data-testid="show">
      <div>
        <h2><a href={`/admin/performances/${encodeURIComponent(show.id)}`}>{show.title}</a></h2>
        <p class="muted">{facts.filter(Boolean).join(" · ")}</p>
      </div>
      <StatusBadge status={show.status} />
    </li>
  );
}
