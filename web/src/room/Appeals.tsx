/* What those say who were refused a place, and what is decided. */
import { useState } from "preact/hooks";
import { decideAppeal, getUser, listAppeals } from "../api/room";
import type { QueueAppealCase } from "../api/shapes/queue";
import { useDraft } from "../app/draft";
import { moment } from "../app/format";
import { useList } from "../app/list";
import { useResource } from "../app/resource";
import { inCharge, mayEnter } from "../app/roles";
import { tell } from "../app/toasts";
import type { PartProps } from "../pages/RoomPage";
import { SelectField } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";
import { More } from "../ui/More";
import { Await, Notice } from "../ui/states";
import { Text } from "./Text";
import { roomWords } from "./words";

const states = ["open", "granted", "denied"] as const;
const badges = { open: "pending", granted: "confirmed", denied: "cancelled" };

export function Appeals({ schedule }: PartProps) {
  const w = roomWords().appeal;
  const [state, setState] = useState<string>("open");
  const list = useList((cursor, signal) => listAppeals(schedule.id, state, cursor, signal), [schedule.id, state]);
  return (
    <>
      <p class="muted">{w.intro}</p>
      <div class="staff__filter">
        <SelectField label={w.state} name="state" value={state} onValue={setState}
          options={[...states.map((one): [string, string] => [one, w.states[one]]), ["", w.all]]} />
      </div>
      <Await of={list.first}>{() => (list.items.length === 0
        ? <Notice title={state === "open" ? w.none : w.noneOther} text={w.noneText} testid="empty" />
        : (
          <>
            <ul class="staff__list" data-testid="appeals">
              {list.items.map((one) => <Appeal key={one.id} schedule={schedule.id} one={one} onDone={list.first.reload} />)}
            </ul>
            <More of={list} />
          </>
        ))}</Await>
    </>
  );
}

function Appeal({ schedule, one, onDone }: { schedule: string; one: QueueAppealCase; onDone(): void }) {
  const w = roomWords().appeal;
  const [deciding, setDeciding] = useState(one.state === "open");
  const reason = w.reasons[one.refused as keyof typeof w.reasons] ?? one.refused;
  return (
    <li class="panel staff__one" data-testid="appeal-case" data-state={one.state}>
      <h2><Who user={one.user_id} /> <span class={`badge badge--${badges[one.state]}`}>{w.states[one.state]}</span></h2>
      <p class="muted">{w.when(moment(one.made_at))}{one.resolved_at && <> · {w.decided(moment(one.resolved_at))}</>}</p>
      <dl class="facts">
        <div><dt>{w.refused}</dt><dd>{reason}</dd></div>
        <div><dt>{w.said}</dt><dd class="prose" data-testid="appeal-text">{one.text}</dd></div>
        {one.state !== "open" && one.answer && <div><dt>{w.told}</dt><dd class="prose">{one.answer}</dd></div>}
      </dl>
      {deciding
        ? <Decision schedule={schedule} one={one} onEnd={() => setDeciding(false)} onDone={onDone} />
        : <button type="button" class="button button--quiet" data-testid="decide-again" onClick={() => setDeciding(true)}>{w.again}</button>}
      <a href={`/admin/queues/${encodeURIComponent(schedule)}/passes?user=${encodeURIComponent(one.user_id)}`} data-testid="to-place">{w.toPlace}</a>
    </li>
  );
}

/* Name and address for those who may read them; the account's number for others, and as long as nothing is known. */
export function Who({ user }: { user: string }) {
  const may = mayEnter({ roles: inCharge });
  const found = useResource((signal) => (may ? getUser(user, signal) : Promise.resolve(null)), [user, may]);
  return <span data-testid="who">{found.data ? `${found.data.name} (${found.data.email})` : user}</span>;
}

function Decision({ schedule, one, onEnd, onDone }: { schedule: string; one: QueueAppealCase; onEnd(): void; onDone(): void }) {
  const all = roomWords();
  const w = all.appeal;
  const { typed, change, drop } = useDraft<{ answer: string }>(`appeal.${one.id}`);
  const answer = typed.answer ?? one.answer;
  const decide = (decision: "granted" | "denied") => async () => {
    await decideAppeal(schedule, one.id, decision, answer.trim());
    drop();
    tell(w[decision]);
    onEnd();
    onDone();
  };
  const grant = useSending(decide("granted"));
  const deny = useSending(decide("denied"));
  const busy = grant.busy || deny.busy;
  const problem = grant.problem ?? deny.problem;
  return (
    <div class="form">
      <FormProblem problem={problem} fields={["answer"]} />
      <Text label={w.answer} name="answer" rows={3} max={1000} value={answer} hint={w.answerHint} onValue={(text) => change({ answer: text })} error={problem?.field("answer")} />
      <div class="cancel__actions">
        <button type="button" class="button" disabled={busy} data-testid="grant" onClick={grant.send}>{w.grant}</button>
        <button type="button" class="button button--quiet" disabled={busy} data-testid="deny" onClick={deny.send}>{w.deny}</button>
        {one.state !== "open" && <button type="button" class="button button--quiet" disabled={busy} data-testid="decide-never" onClick={() => {
          drop();
          onEnd();
        }}>{all.cancel}</button>}
      </div>
    </div>
  );
}
