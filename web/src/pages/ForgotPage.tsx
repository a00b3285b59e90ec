/* A forgotten password: asks where to send the link, and says the same whether or not there is such an account. */
import { useState } from "preact/hooks";
import { askForReset } from "../api/account";
import { words } from "../app/i18n";
import { useTitle } from "../app/Shell";
import { Field } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";
import { Notice } from "../ui/states";

export default function ForgotPage() {
  const w = words().account;
  useTitle(w.forgotTitle);
  const [email, setEmail] = useState("");
  const [sent, setSent] = useState(false);
  const { busy, problem, send } = useSending(async () => {
    await askForReset(email);
    setSent(true);
  });

  if (sent)
    return (
      <Notice title={w.linkSent} text={w.linkSentText(email)} testid="link-sent">
        <a class="button" href="/login">{w.signIn}</a>
        <button type="button" class="button button--quiet" onClick={() => setSent(false)}>{w.otherAddress}</button>
      </Notice>
    );
  return (
    <div class="wrap wrap--narrow">
      <form class="panel form" onSubmit={send} data-testid="forgot-form">
        <h1>{w.forgotTitle}</h1>
        <p class="muted">{w.forgotText}</p>
        <FormProblem problem={problem} fields={["email"]} />
        <Field label={w.email} name="email" type="email" autocomplete="username" required value={email} onValue={setEmail}
          error={problem?.field("email")} />
        <button class="button button--wide" disabled={busy} data-testid="submit">{w.sendLink}</button>
        <p class="form__aside"><a href="/login">{w.signIn}</a></p>
      </form>
    </div>
  );
}
