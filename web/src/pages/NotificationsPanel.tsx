/* Which mails one wants. What keeps the account safe is always sent. */
import { useState } from "preact/hooks";
import { changeNotifications, getNotifications, notificationKinds, type Notifications } from "../api/account";
import { words } from "../app/i18n";
import { useResource } from "../app/resource";
import { tell } from "../app/toasts";
import { Check } from "../room/Text";
import { FormProblem, useSending } from "../ui/Form";

export function NotificationsPanel() {
  const w = words().mails;
  const settings = useResource(getNotifications, []);
  return (
    <section class="panel form" aria-labelledby="mails" data-testid="notifications">
      <h2 id="mails">{w.title}</h2>
      <FormProblem problem={settings.problem} />
      {settings.data && <Choices known={settings.data} saved={settings.set} />}
      <p class="muted small">{w.always}</p>
    </section>
  );
}

function Choices({ known, saved }: { known: Notifications; saved(settings: Notifications): void }) {
  const w = words().mails;
  const [chosen, setChosen] = useState(known);
  const { busy, problem, send } = useSending(async () => {
    saved(await changeNotifications(chosen));
    tell(words().account.saved);
  });
  return (
    <form class="form" onSubmit={send}>
      <FormProblem problem={problem} />
      {notificationKinds.map((kind) => (
        <Check key={kind} label={w.kinds[kind]} name={kind} value={chosen[kind]} onValue={(on) => setChosen({ ...chosen, [kind]: on })} />
      ))}
      <button class="button" disabled={busy} data-testid="save-notifications">{words().account.save}</button>
    </form>
  );
}
