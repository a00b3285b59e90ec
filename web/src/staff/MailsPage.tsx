/* What was mailed, and what could not be. */
import { listMails, mailStates, retryMail, type Mail } from "../api/staff";
import { count, moment } from "../app/format";
import { useList } from "../app/list";
import { tell } from "../app/toasts";
import { SelectField } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";
import { More } from "../ui/More";
import { Await, Notice } from "../ui/states";
import { useFilter } from "./filter";
import { Frame } from "./Frame";
import { staffWords } from "./words";

export default function MailsPage() {
  const w = staffWords();
  const [{ status = "" }, change] = useFilter(["status"]);
  const list = useList((cursor, signal) => listMails(status, cursor, signal), [status]);
  return (
    <Frame title={w.mails}>
      <div class="staff__filter">
        <SelectField label={w.mail.status} name="status" value={status} onValue={(value) => change({ status: value })}
          options={[["", w.all], ...mailStates.map((one): [string, string] => [one, w.mail.states[one]])]} />
      </div>
      <Await of={list.first}>{() => (list.items.length === 0
        ? <Notice title={w.mail.none} text={w.mail.noneText} testid="empty" />
        : (
          <>
            <ul class="staff__list" data-testid="mails">{list.items.map((one) => <One key={one.id} mail={one} onDone={list.first.reload} />)}</ul>
            <More of={list} />
          </>
        ))}</Await>
    </Frame>
  );
}

const looks = { queued: "pending", sent: "confirmed", dropped: "expired", dead: "cancelled" };

function One({ mail, onDone }: { mail: Mail; onDone(): void }) {
  const w = staffWords().mail;
  const { busy, problem, send } = useSending(async () => {
    await retryMail(mail.id);
    tell(w.retried);
    onDone();
  });
  return (
    <li class="panel staff__row" data-testid="mail">
      <div>
        <p><strong>{w.kinds[mail.kind as keyof typeof w.kinds] ?? mail.kind}</strong> <span class={`badge badge--${looks[mail.status]}`}>{w.states[mail.status]}</span></p>
        <p class="muted">{[moment(mail.created_at), w.attempts(count(mail.attempts)), mail.why].filter(Boolean).join(" · ")}</p>
        <FormProblem problem={problem} />
      </div>
      {mail.status === "dead" && <button type="button" class="button button--quiet button--small" disabled={busy} data-testid="retry-mail" onClick={send}>{w.retry}</button>}
    </li>
  );
}
