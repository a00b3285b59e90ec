/* Where the link of a forgotten password leads. */
import { useState } from "preact/hooks";
import { resetPassword } from "../api/account";
import { words } from "../app/i18n";
import { useLinkSecret } from "../app/secret";
import { session } from "../app/session";
import { useTitle } from "../app/Shell";
import { Field } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";
import { Notice } from "../ui/states";

export default function ResetPage() {
  const w = words().account;
  useTitle(w.forgotTitle);
  const secret = useLinkSecret();
  const [password, setPassword] = useState("");
  const [state, setState] = useState<"asking" | "over" | "saved">(secret ? "asking" : "over");
  const { busy, problem, send } = useSending(
    async () => {
      await resetPassword(secret, password);
      session.end();
      setState("saved");
    },
    ({ code }) => {
      if (code === "link_invalid") setState("over");
      return code === "link_invalid";
    },
  );

  if (state === "saved")
    return (
      <Notice title={w.passwordSaved} text={w.passwordSavedText} testid="password-saved">
        <a class="button" href="/login">{w.signIn}</a>
      </Notice>
    );
  if (state === "over")
    return (
      <Notice title={w.linkOver} text={w.resetOverText} tone="warn" testid="link-over">
        <a class="button" href="/forgot">{w.newLink}</a>
      </Notice>
    );
  return (
    <div class="wrap wrap--narrow">
      <form class="panel form" onSubmit={send} data-testid="reset-form">
        <h1>{w.forgotTitle}</h1>
        <FormProblem problem={problem} fields={["new_password"]} />
        <Field label={w.newPassword} name="new_password" type="password" autocomplete="new-password" required minLength={8}
          hint={w.passwordHint} value={password} onValue={setPassword} error={problem?.field("new_password")} />
        <button class="button button--wide" disabled={busy} data-testid="submit">{w.savePassword}</button>
      </form>
    </div>
  );
}
