/* Money that nobody can be sure of: what the provider says, what we know, and what is to be done. */
import { useMemo, useState } from "preact/hooks";
import { Intent } from "../api/intent";
import { getCasesCsv, listCases, resolveCase, type CaseFilter } from "../api/money";
import { caseActions, caseKinds, caseStates, type CaseAction, type PaymentCase } from "../api/shapes/payment";
import { moment } from "../app/format";
import { useList } from "../app/list";
import { moneyWords } from "../app/money-words";
import { save } from "../app/save";
import { useTitle } from "../app/Shell";
import { tell } from "../app/toasts";
import { Field, SelectField } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";
import { MoneyNav } from "../ui/MoneyNav";
import { More } from "../ui/More";
import { Await, Notice } from "../ui/states";

export default function CasesPage() {
  const w = moneyWords();
  useTitle(w.cases);
  const [filter, setFilter] = useState<CaseFilter>({ state: "open", kind: "", provider: "" });
  const list = useList((cursor, signal) => listCases(filter, cursor, signal), [filter]);
  const csv = useSending(() => save("payment-cases.csv", getCasesCsv(filter)));
  const choose = (name: keyof CaseFilter) => (value: string) => setFilter((before) => ({ ...before, [name]: value }));
  return (
    <div class="wrap wrap--medium staff">
      <MoneyNav />
      <h1>{w.cases}</h1>
      <div class="staff__filter">
        <SelectField label={w.state} name="state" value={filter.state} onValue={choose("state")}
          options={[["", w.all], ...caseStates.map((one): [string, string] => [one, w.caseState[one]])]} />
        <SelectField label={w.kind} name="kind" value={filter.kind} onValue={choose("kind")}
          options={[["", w.all], ...caseKinds.map((one): [string, string] => [one, w.caseKind[one]])]} />
        <button type="button" class="button button--quiet" disabled={csv.busy} data-testid="csv" onClick={csv.send}>{w.csv}</button>
      </div>
      <FormProblem problem={csv.problem ?? list.more.problem} />
      <Await of={list.first}>{() => (list.items.length === 0
        ? <Notice title={w.noCases} text={w.noCasesText} testid="empty" />
        : (
          <>
            <ul class="staff__list" data-testid="cases">{list.items.map((one) => <Case key={one.id} one={one} onDone={list.first.reload} />)}</ul>
            <More of={list} />
          </>
        ))}</Await>
    </div>
  );
}

function Case({ one, onDone }: { one: PaymentCase; onDone(): void }) {
  const w = moneyWords();
  const [deciding, setDeciding] = useState(false);
  const facts: [string, string | null | undefined][] = [
    [w.provider, one.provider],
    [w.differs, one.about && w.about[one.about]],
    [w.told, one.told],
    [w.stored, one.stored],
    [w.payment, one.payment_id],
    [w.booking, one.booking_id],
    [w.proposed, w.action[one.proposed]],
  ];
  return (
    <li class="panel staff__one" data-testid="case" data-kind={one.kind}>
      <h2>{w.caseKind[one.kind]} <span class={`badge badge--${one.state === "open" ? "pending" : "confirmed"}`}>{w.caseState[one.state]}</span></h2>
      <p class="muted">{w.opened(moment(one.opened_at))}</p>
      <dl class="facts">
        {facts.map(([name, value]) => value && <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}
      </dl>
      {one.state === "resolved" && one.resolution && one.resolved_at &&
        <p data-testid="decided"><strong>{w.decided(w.action[one.resolution], moment(one.resolved_at))}</strong>{one.note && <> · {one.note}</>}</p>}
      {one.state === "open" && !deciding &&
        <button type="button" class="button button--quiet" data-testid="decide" onClick={() => setDeciding(true)}>{w.decide}</button>}
      {one.state === "open" && deciding && <Decision one={one} onEnd={() => setDeciding(false)} onDone={onDone} />}
    </li>
  );
}

/* What the case is about allows only some of it. */
const fitting = (one: PaymentCase) => caseActions.filter((action) =>
  action === "ignore" || (action === "retry_refund" ? one.refund_id !== null : one.payment_id !== null));

function Decision({ one, onEnd, onDone }: { one: PaymentCase; onEnd(): void; onDone(): void }) {
  const w = moneyWords();
  const actions = fitting(one);
  const [action, setAction] = useState<CaseAction>(actions.includes(one.proposed) ? one.proposed : actions[0]);
  const [note, setNote] = useState("");
  const [sure, setSure] = useState(false);
  const intent = useMemo(() => new Intent(`takenseat.intent.case.${one.id}`, sessionStorage), [one.id]);
  const { busy, problem, send } = useSending(async () => {
    if (!sure) return setSure(true);
    await intent.carryOut({ action, note }, (key) => resolveCase(one.id, action, note, key));
    tell(w.done);
    onDone();
  });
  return (
    <form class="form" onSubmit={send} data-testid="decision">
      <FormProblem problem={problem} fields={["note", "action"]} />
      {sure ? (
        <p class="remark" role="status" data-testid="sure"><span><strong>{w.action[action]}</strong> {w.sure[action]}</span></p>
      ) : (
        <>
          <SelectField label={w.what} name="action" value={action} onValue={(value) => setAction(value as CaseAction)}
            options={actions.map((word) => [word, w.action[word]])} error={problem?.field("action")} />
          <Field label={w.why} name="note" required focus hint={w.whyHint} value={note} onValue={setNote} error={problem?.field("note")} />
        </>
      )}
      <div class="cancel__actions">
        <button class="button" disabled={busy} data-testid="decide-submit">{sure ? w.yes : w.next}</button>
        <button type="button" class="button button--quiet" disabled={busy} data-testid="decide-never" onClick={() => (sure ? setSure(false) : onEnd())}>{w.no}</button>
      </div>
    </form>
  );
}
