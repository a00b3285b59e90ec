/* What an organizer is owed for some days: on the screen, as a table and on paper. */
import { useEffect, useState } from "preact/hooks";
import { findUsers, getSettlement, getSettlementFile, type SettlementFilter } from "../api/money";
import type { User } from "../api/shapes/auth";
import type { Settlement, SettlementLine, SettlementSums } from "../api/shapes/payment";
import { koreanDay, money } from "../app/format";
import { moneyWords } from "../app/money-words";
import { useResource } from "../app/resource";
import { inCharge, mayEnter } from "../app/roles";
import { save } from "../app/save";
import { useTitle } from "../app/Shell";
import { Field, SelectField } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";
import { MoneyNav } from "../ui/MoneyNav";
import { Await, Notice } from "../ui/states";

const sums = ["gross", "refunds", "retained_fees", "retained_by_platform", "platform_fee", "vat", "provider_fee", "net_due"] as const;

export default function SettlementPage() {
  const w = moneyWords();
  useTitle(w.settlements);
  const [from, setFrom] = useState("");
  const [to, setTo] = useState("");
  const [performance, setPerformance] = useState("");
  const [organizer, setOrganizer] = useState("");
  const [filter, setFilter] = useState<SettlementFilter>({ from: "", to: "", performance_id: "", organizer_id: "" });
  const statement = useResource((signal) => getSettlement(filter, signal), [filter]);
  const titles = useTitles(statement.data, filter);
  const csv = useSending(() => save("settlement.csv", getSettlementFile(filter, "csv")));
  const pdf = useSending(() => save("settlement.pdf", getSettlementFile(filter, "pdf")));
  const fields = ["from", "to"];
  return (
    <div class="wrap staff">
      <MoneyNav />
      <h1>{w.settlements}</h1>
      {mayEnter({ roles: inCharge }) && <Organizer onFound={setOrganizer} />}
      <form class="staff__filter" data-testid="settlement-form" onSubmit={(event) => {
        event.preventDefault();
        setFilter({ from: koreanDay(from), to: koreanDay(to, 1), performance_id: organizer === filter.organizer_id ? performance : "", organizer_id: organizer });
      }}>
        <Field label={w.settlement.from} name="from" type="date" value={from} onValue={setFrom} error={statement.problem?.field("from")} />
        <Field label={w.settlement.to} name="to" type="date" value={to} onValue={setTo} error={statement.problem?.field("to")} />
        <SelectField label={w.settlement.performance} name="performance" value={performance} onValue={setPerformance} options={[["", w.all], ...titles]} />
        <button class="button" disabled={statement.loading} data-testid="submit">{w.settlement.show}</button>
      </form>
      <p class="muted">{w.settlement.intro}</p>
      <FormProblem problem={csv.problem ?? pdf.problem} fields={fields} />
      {statement.problem?.fields.length
        ? <FormProblem problem={statement.problem} fields={fields} />
        : <Await of={statement}>{(found) => <Statement statement={found} csv={csv} pdf={pdf} />}</Await>}
    </div>
  );
}

/* The performances of the statement as it was before it was narrowed down to one of them. */
function useTitles(statement: Settlement | null, filter: SettlementFilter): [id: string, title: string][] {
  const [titles, setTitles] = useState<[string, string][]>([]);
  useEffect(() => {
    if (!statement || filter.performance_id) return;
    const known = new Map<string, string>();
    for (const { performance_id, title } of statement.lines) if (performance_id) known.set(performance_id, title);
    setTitles([...known]);
  }, [statement]);
  return titles;
}

function Statement({ statement, csv, pdf }: { statement: Settlement; csv: ReturnType<typeof useSending>; pdf: ReturnType<typeof useSending> }) {
  const w = moneyWords();
  if (statement.lines.length === 0) return <Notice title={w.settlement.none} text={w.settlement.noneText} testid="empty" />;
  return (
    <>
      <div class="staff__totals">{statement.totals.map((total) => <Total key={total.currency} total={total} />)}</div>
      <div class="cancel__actions">
        <button type="button" class="button button--quiet" disabled={csv.busy} data-testid="csv" onClick={csv.send}>{w.csv}</button>
        <button type="button" class="button button--quiet" disabled={pdf.busy} data-testid="pdf" onClick={pdf.send}>{w.pdf}</button>
      </div>
      <Lines lines={statement.lines} />
    </>
  );
}

function Total({ total }: { total: SettlementSums }) {
  const w = moneyWords().settlement;
  return (
    <section class="panel" data-testid="total">
      <h2>{w.total(total.currency)}</h2>
      <dl class="price">
        {sums.map((name) => (
          <div key={name} class={name === "net_due" ? "price__due" : undefined}>
            <dt>{w[name]}</dt><dd data-testid={name}>{money({ amount: total[name], currency: total.currency })}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Lines({ lines }: { lines: SettlementLine[] }) {
  const w = moneyWords().settlement;
  return (
    <div class="panel staff__scroll" role="region" aria-label={w.lines} tabIndex={0}>
      <table class="staff__table" data-testid="lines">
        <thead>
          <tr><th scope="col">{w.day}</th><th scope="col">{w.performance}</th>{sums.map((name) => <th key={name} scope="col" class="num">{w[name]}</th>)}</tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={`${line.performance_id} ${line.day} ${line.currency}`}>
              <td class="num">{line.day}</td><td>{line.title}</td>
              {sums.map((name) => <td key={name} class="num">{money({ amount: line[name], currency: line.currency })}</td>)}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/* Whose statement it is: for those who may see that of others. */
function Organizer({ onFound }: { onFound(id: string): void }) {
  const w = moneyWords().settlement;
  const [q, setQ] = useState("");
  const [found, setFound] = useState<User[] | null>(null);
  const [chosen, setChosen] = useState("");
  const choose = (id: string) => {
    setChosen(id);
    onFound(id);
  };
  const { busy, problem, send } = useSending(async () => {
    const { items } = q.trim() ? await findUsers(q.trim()) : { items: [] };
    setFound(q.trim() ? items : null);
    choose(items[0]?.id ?? "");
  });
  return (
    <form class="staff__filter" onSubmit={send} data-testid="organizer-form">
      <Field label={w.organizer} name="organizer" hint={w.organizerHint} value={q} onValue={setQ} error={problem?.field("q")} />
      <button class="button button--quiet" disabled={busy} data-testid="find">{w.find}</button>
      {found && found.length > 0 &&
        <SelectField label={w.organizer} name="account" value={chosen} onValue={choose}
          options={[...found.map(({ id, name, email }): [string, string] => [id, `${name} · ${email}`]), ["", w.myself]]} />}
      {found?.length === 0 && <p role="status">{w.nobody}</p>}
      <FormProblem problem={problem} fields={["q"]} />
    </form>
  );
}
