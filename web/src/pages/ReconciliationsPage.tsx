/* The providers' books against ours, a day at a time. */
import { useEffect, useState } from "preact/hooks";
import { listReconciliations, startReconciliation } from "../api/money";
import { listProviders } from "../api/payments";
import type { Reconciliation } from "../api/shapes/payment";
import { useList } from "../app/list";
import { moneyWords } from "../app/money-words";
import { providerName } from "../app/pay-words";
import { useResource } from "../app/resource";
import { useTitle } from "../app/Shell";
import { tell } from "../app/toasts";
import { BookSumsTable } from "../ui/BookSumsTable";
import { Field, SelectField } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";
import { MoneyNav } from "../ui/MoneyNav";
import { More } from "../ui/More";
import { Await, Notice } from "../ui/states";

/* While one is under way, the list is read again after as many ms. */
const rest = 4_000;

export default function ReconciliationsPage() {
  const w = moneyWords();
  useTitle(w.reconciliations);
  const list = useList(listReconciliations, []);
  const busy = list.items.some(({ status }) => status !== "done");

  useEffect(() => {
    if (!busy) return;
    const timer = setTimeout(list.first.reload, rest);
    return () => clearTimeout(timer);
  }, [busy, list.first.data]);

  return (
    <div class="wrap wrap--medium staff">
      <MoneyNav />
      <h1>{w.reconciliations}</h1>
      <p class="muted">{w.books.intro}</p>
      <Start onStarted={list.first.reload} />
      <FormProblem problem={list.more.problem} />
      <Await of={list.first}>{() => (list.items.length === 0
        ? <Notice title={w.books.noDays} text={w.books.noDaysText} testid="empty" />
        : (
          <>
            <ul class="staff__list" data-testid="reconciliations">{list.items.map((one) => <Day key={one.id} one={one} />)}</ul>
            <More of={list} />
          </>
        ))}</Await>
    </div>
  );
}

function Day({ one }: { one: Reconciliation }) {
  const w = moneyWords();
  return (
    <li class="panel staff__one" data-testid="reconciliation" data-status={one.status}>
      <h2>{one.day} · {providerName(one.provider)} <Outcome one={one} /></h2>
      <p class="muted">{one.account === "platform" ? w.books.platform : w.books.own(one.account)}</p>
      <BookSumsTable sums={one.sums} />
      {one.differences > 0 && <a href={`/admin/reconciliations/${encodeURIComponent(one.id)}`} data-testid="to-differences">{w.books.open}</a>}
    </li>
  );
}

export function Outcome({ one }: { one: Reconciliation }) {
  const w = moneyWords().books;
  if (one.status !== "done") return <span class="badge badge--pending">{w.state[one.status]}</span>;
  if (one.open > 0) return <span class="badge badge--cancelled" data-testid="open">{w.differ(one.open)}</span>;
  return <span class="badge badge--confirmed" data-testid="same">{one.differences > 0 ? w.settled : w.same}</span>;
}

function Start({ onStarted }: { onStarted(): void }) {
  const w = moneyWords();
  const providers = useResource(listProviders, []);
  const names = providers.data?.items.map(({ provider }) => provider) ?? [];
  const [wanted, setWanted] = useState("");
  const [day, setDay] = useState("");
  const provider = names.includes(wanted) ? wanted : (names[0] ?? "");
  const { busy, problem, send } = useSending(async () => {
    await startReconciliation(provider, day);
    tell(w.books.started);
    onStarted();
  });
  return (
    <form class="panel form" onSubmit={send} data-testid="compare-form">
      <h2>{w.books.again}</h2>
      <FormProblem problem={problem ?? providers.problem} fields={["day", "provider"]} />
      <div class="staff__filter">
        <SelectField label={w.provider} name="provider" value={provider} onValue={setWanted} options={names.map((name) => [name, providerName(name)])}
          error={problem?.field("provider")} />
        <Field label={w.books.day} name="day" type="date" required value={day} onValue={setDay} error={problem?.field("day")} />
        <button class="button" disabled={busy || !provider} data-testid="compare">{w.books.start}</button>
      </div>
    </form>
  );
}
