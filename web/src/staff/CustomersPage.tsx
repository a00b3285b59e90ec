/* People with an account: found by name or e-mail; their roles are the administrator's to give. */
import { useState } from "preact/hooks";
import { changeCustomer, getCustomer, listCustomers, roles, type Customer } from "../api/staff";
import { day } from "../app/format";
import { useList } from "../app/list";
import { mayEnter } from "../app/roles";
import { tell } from "../app/toasts";
import { Check } from "../room/Text";
import { Field } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";
import { More } from "../ui/More";
import { Await, Notice } from "../ui/states";
import { useFilter } from "./filter";
import { FilterForm } from "./FilterForm";
import { Frame } from "./Frame";
import { staffWords } from "./words";

export default function CustomersPage() {
  const w = staffWords();
  const [{ q = "", user = "" }, change] = useFilter(["q", "user"]);
  const list = useList(
    async (cursor, signal) => (user ? { items: [await getCustomer(user, signal)], next: null } : listCustomers(q, cursor, signal)), [q, user],
  );
  return (
    <Frame title={w.customers}>
      <FilterForm marks={{ q }} change={(marks) => change({ ...marks, user: "" })}>{(field) => (
        <>
          <Field label={w.person.find} type="search" {...field("q")} />
          <button class="button" data-testid="find">{w.search}</button>
        </>
      )}</FilterForm>
      <Await of={list.first}>{() => (list.items.length === 0
        ? <Notice title={w.person.none} text={w.person.noneText} testid="empty" />
        : (
          <>
            <ul class="staff__list" data-testid="people">{list.items.map((one) => <Person key={one.id} person={one} />)}</ul>
            <More of={list} />
          </>
        ))}</Await>
    </Frame>
  );
}

function Person({ person }: { person: Customer }) {
  const w = staffWords();
  const [now, setNow] = useState(person);
  const [changing, setChanging] = useState(false);
  return (
    <li class="panel staff__one" data-testid="person">
      <div>
        <h2>{now.name}</h2>
        <p class="muted">{[now.email, now.phone, w.person.since(day(now.created_at))].filter(Boolean).join(" · ")}</p>
      </div>
      <p class="cockpit__state" data-testid="person-roles">
        {now.roles.map((role) => <span key={role} class="badge">{w.person.role[role as keyof typeof w.person.role] ?? role}</span>)}
        {now.suspended && <span class="badge badge--cancelled">{w.person.suspended}</span>}
        {!now.email_verified && <span class="badge badge--pending">{w.person.unverified}</span>}
      </p>
      {changing
        ? <Change person={now} onEnd={() => setChanging(false)} onDone={setNow} />
        : (
          <div class="cancel__actions">
            <a class="button button--quiet button--small" href={`/admin/bookings?user_id=${encodeURIComponent(now.id)}`}>{w.person.bookings}</a>
            {mayEnter({ roles: ["ADMIN"] }) && (
              <button type="button" class="button button--quiet button--small" aria-label={w.person.changeNamed(now.name)} data-testid="change-roles"
                onClick={() => setChanging(true)}>{w.person.change}</button>
            )}
          </div>
        )}
    </li>
  );
}

function Change({ person, onEnd, onDone }: { person: Customer; onEnd(): void; onDone(person: Customer): void }) {
  const w = staffWords();
  const [given, setGiven] = useState(person.roles);
  const [suspended, setSuspended] = useState(person.suspended);
  const { busy, problem, send } = useSending(async () => {
    onDone(await changeCustomer(person.id, { roles: roles.filter((role) => given.includes(role)), suspended }));
    tell(w.person.done);
    onEnd();
  });
  return (
    <form class="form" onSubmit={send} data-testid="roles-form">
      <FormProblem problem={problem} />
      <fieldset>
        <legend>{w.person.roles}</legend>
        {roles.map((role) => (
          <Check key={role} label={w.person.role[role]} name={`role-${role}`} value={given.includes(role)}
            onValue={(on) => setGiven((before) => (on ? [...before, role] : before.filter((one) => one !== role)))} />
        ))}
      </fieldset>
      <Check label={w.person.suspend} name="suspended" value={suspended} onValue={setSuspended} />
      <div class="cancel__actions">
        <button class="button button--small" disabled={busy} data-testid="save-roles">{w.save}</button>
        <button type="button" class="button button--quiet button--small" onClick={onEnd}>{w.back}</button>
      </div>
    </form>
  );
}
