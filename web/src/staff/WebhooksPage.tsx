/* Servers that are told what happens: made, switched off and on, and what became of each delivery. */
import { useState } from "preact/hooks";
import { changeHook, createHook, deleteHook, hookEvents, listDeliveries, listHooks, redeliver, type Delivery, type Hook } from "../api/staff";
import { count, moment } from "../app/format";
import { useList } from "../app/list";
import { tell } from "../app/toasts";
import { Sure } from "../room/Sure";
import { Field } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";
import { More } from "../ui/More";
import { Await, Notice } from "../ui/states";
import { Frame } from "./Frame";
import { Once, Several } from "./Once";
import { Refusals } from "./Refusals";
import { staffWords } from "./words";

export default function WebhooksPage() {
  const w = staffWords();
  const list = useList(listHooks, []);
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <Frame title={w.webhooks} about={w.hook.intro}>
      {secret
        ? <Once label={w.hook.secret} secret={secret} onKept={() => setSecret(null)} />
        : <NewHook onMade={(hook) => {
          setSecret(hook.secret ?? null);
          list.first.reload();
        }} />}
      <Await of={list.first}>{() => (list.items.length === 0
        ? <Notice title={w.hook.none} text={w.hook.noneText} testid="empty" />
        : (
          <>
            <ul class="staff__list" data-testid="hooks">{list.items.map((one) => <One key={one.id} hook={one} onDone={list.first.reload} />)}</ul>
            <More of={list} />
          </>
        ))}</Await>
    </Frame>
  );
}

function NewHook({ onMade }: { onMade(hook: Hook): void }) {
  const w = staffWords().hook;
  const [url, setUrl] = useState("https://");
  const [events, setEvents] = useState<string[]>([...hookEvents]);
  const { busy, problem, send } = useSending(async () => onMade(await createHook(url.trim(), hookEvents.filter((one) => events.includes(one)))));
  return (
    <form class="panel form" noValidate onSubmit={send} data-testid="hook-form">
      <Refusals problem={problem} fields={["url", "events"]} />
      <Field label={w.url} name="url" type="url" value={url} onValue={setUrl} error={problem?.field("url")} />
      <Several label={w.events} name="events" all={hookEvents.map((one) => [one, w.event[one]])} chosen={events} onChosen={setEvents} error={problem?.field("events")} />
      <div><button class="button" disabled={busy} data-testid="make-hook">{w.create}</button></div>
    </form>
  );
}

function One({ hook, onDone }: { hook: Hook; onDone(): void }) {
  const w = staffWords();
  const [doing, setDoing] = useState<"remove" | "look" | null>(null);
  const turn = useSending(async () => {
    await changeHook(hook.id, { active: !hook.active });
    onDone();
  });
  const remove = async () => {
    await deleteHook(hook.id);
    tell(w.hook.removed);
    onDone();
  };
  return (
    <li class="panel staff__one" data-testid="hook">
      <h2 class="staff__address">{hook.url}</h2>
      <p><span class={`badge badge--${hook.active ? "confirmed" : "cancelled"}`} data-testid="hook-state">{w.hook.why[hook.active ? "none" : hook.why_inactive]}</span>{" "}
        <span class="muted">{hook.events.map((one) => w.hook.event[one as keyof typeof w.hook.event] ?? one).join(", ")}</span></p>
      <FormProblem problem={turn.problem} />
      {doing === "remove" && <Sure sentence={w.hook.sureRemove(hook.url)} act={remove} onEnd={() => setDoing(null)} />}
      {doing === "look" && <Deliveries hook={hook.id} />}
      {doing !== "remove" && (
        <div class="cancel__actions">
          <button type="button" class="button button--quiet button--small" aria-expanded={doing === "look"} data-testid="look"
            onClick={() => setDoing(doing === "look" ? null : "look")}>{w.hook.deliveries}</button>
          <button type="button" class="button button--quiet button--small" disabled={turn.busy} data-testid="turn" onClick={turn.send}>{hook.active ? w.hook.switchOff : w.hook.switchOn}</button>
          <button type="button" class="button button--quiet button--small" data-testid="remove-hook" onClick={() => setDoing("remove")}>{w.remove}</button>
        </div>
      )}
    </li>
  );
}

const looks = { queued: "pending", delivered: "confirmed", failed: "cancelled" };

function Deliveries({ hook }: { hook: string }) {
  const w = staffWords().hook;
  const list = useList((cursor, signal) => listDeliveries(hook, cursor, signal), [hook]);
  return (
    <Await of={list.first}>{() => (list.items.length === 0
      ? <p class="muted" data-testid="no-deliveries">{w.noDeliveries}</p>
      : (
        <>
          <ul class="staff__lines" data-testid="deliveries">{list.items.map((one) => <Line key={one.id} delivery={one} onDone={list.first.reload} />)}</ul>
          <More of={list} />
        </>
      ))}</Await>
  );
}

function Line({ delivery, onDone }: { delivery: Delivery; onDone(): void }) {
  const w = staffWords().hook;
  const { busy, problem, send } = useSending(async () => {
    await redeliver(delivery.id);
    tell(w.sent);
    onDone();
  });
  const facts = [moment(delivery.created_at), staffWords().mail.attempts(count(delivery.attempts)), delivery.http_status && String(delivery.http_status), delivery.why];
  return (
    <li class="staff__line" data-testid="delivery">
      <span>{w.event[delivery.type as keyof typeof w.event] ?? delivery.type} <span class={`badge badge--${looks[delivery.status]}`}>{w.states[delivery.status]}</span>
        <br /><span class="muted small">{facts.filter(Boolean).join(" · ")}</span></span>
      {delivery.status !== "queued" && <button type="button" class="linklike" disabled={busy} data-testid="redeliver" onClick={send}>{w.again}</button>}
      <FormProblem problem={problem} />
    </li>
  );
}
