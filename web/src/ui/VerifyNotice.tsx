/* Asks whose address is not confirmed yet to confirm it. */
import { useState } from "preact/hooks";
import { resendVerification } from "../api/account";
import { words } from "../app/i18n";
import { session } from "../app/session";
import { FormProblem, useSending } from "./Form";

export function VerifyNotice() {
  const w = words().account;
  const user = session.user.value;
  if (!user || user.email_verified) return null;
  return (
    <section class="remark" data-testid="verify-notice" aria-label={w.verifyTitle}>
      <p><strong>{w.verifyTitle}</strong> {w.verifyText(user.email)}</p>
      <SendAgain />
    </section>
  );
}

export function SendAgain() {
  const w = words().account;
  const [sent, setSent] = useState(false);
  const { busy, problem, send } = useSending(async () => {
    await resendVerification();
    setSent(true);
  });
  if (sent) return <p role="status" data-testid="sent-again">{w.sentAgain}</p>;
  return (
    <>
      <FormProblem problem={problem} />
      <button type="button" class="button button--quiet button--small" disabled={busy} data-testid="send-again" onClick={send}>{w.sendAgain}</button>
    </>
  );
}
