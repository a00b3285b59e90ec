/* One day of a provider's books: what is not the same in both, and what is proposed. */
import { useState } from "preact/hooks";
import { getDifferencesCsv, getReconciliation } from "../api/money";
import type { Difference, Reconciliation } from "../api/shapes/payment";
import { moment, money } from "../app/format";
import { moneyWords, type MoneyWords } from "../app/money-words";
import { providerName } from "../app/pay-words";
import { useResource } from "../app/resource";
import type { Params } from "../app/router";
import { save } from "../app/save";
import { useTitle } from "../app/Shell";
import { BookSumsTable } from "../ui/BookSumsTable";
import { FormProblem, useSending } from "../ui/Form";
import { MoneyNav } from "../ui/MoneyNav";
import { Await } from "../ui/states";
import { Outcome } from "./ReconciliationsPage";

export default function ReconciliationPage({ params }: { params: Params }) {
  const w = moneyWords();
  useTitle(w.reconciliations);
  const [open, setOpen] = useState(false);
  const day = useResource((signal) => getReconciliation(params.id, open, null, signal), [params.id, open]);
  return (
    <div class="wrap wrap--medium staff">
      <MoneyNav />
      <p><a href="/admin/reconciliations">← {w.books.back}</a></p>
      <Await of={day}>{(found) => <Day key={`${open}`} found={found} open={open} onOpen={setOpen} />}</Await>
    </div>
  );
}

function Day({ found, open, onOpen }: { found: Reconciliation; open: boolean; onOpen(open: boolean): void }) {
  const w = moneyWords();
  const [rest, setRest] = useState<{ items: Difference[]; next: string | null }>({ items: [], next: found.next });
  const items = [...(found.items ?? []), ...rest.items];
  const more = useSending(async () => {
    const page = await getReconciliation(found.id, open, rest.next);
    setRest({ items: [...rest.items, ...(page.items ?? [])], next: page.next });
  });
  const csv = useSending(() => save(`differences-${found.day}.csv`, getDifferencesCsv(found.id, open)));
  return (
    <>
      <h1>{found.day} · {providerName(found.provider)} <Outcome one={found} /></h1>
      <p class="muted">{found.account === "platform" ? w.books.platform : w.books.own(found.account)}</p>
      {found.capped && <p class="remark" role="alert">{w.books.capped}</p>}
      <section class="panel"><BookSumsTable sums={found.sums} /></section>
      <div class="staff__filter">
        <label class="choice">
          <input type="checkbox" checked={open} data-testid="only-open" onChange={(event) => onOpen(event.currentTarget.checked)} />
          <span>{w.books.onlyOpen}</span>
        </label>
        <button type="button" class="button button--quiet" disabled={csv.busy} data-testid="csv" onClick={csv.send}>{w.csv}</button>
      </div>
      <FormProblem problem={csv.problem ?? more.problem} />
      <h2>{w.books.differences}</h2>
      {items.length === 0 && <p data-testid="none">{w.books.none}</p>}
      <ul class="staff__list" data-testid="differences">{items.map((one) => <One key={one.id} one={one} />)}</ul>
      {rest.next && <button type="button" class="button button--quiet more" disabled={more.busy} data-testid="more" onClick={more.send}>{w.more}</button>}
    </>
  );
}

function One({ one }: { one: Difference }) {
  const w = moneyWords();
  const facts: [string, string | null][] = [
    [w.books.there, one.there ? money(one.there) : w.books.nothing],
    [w.books.here, one.here ? money(one.here) : w.books.nothing],
    [w.payment, one.payment_id],
    [w.books.ref, one.ref],
    [w.books.propose, one.settled_at ? null : (w.bookAction[one.action as keyof MoneyWords["bookAction"]] ?? one.action)],
  ];
  return (
    <li class="panel staff__one" data-testid="difference">
      <h3>{w.difference[one.kind as keyof MoneyWords["difference"]] ?? one.kind}</h3>
      <p class="muted">{one.settled_at ? w.books.ended(moment(one.settled_at)) : w.books.found(moment(one.found_at))}</p>
      <dl class="facts">{facts.map(([name, value]) => value && <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
    </li>
  );
}
