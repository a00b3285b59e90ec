/* Where the link of "is this address yours?" leads. It works without being signed in, also on another device. */
import { useEffect, useState } from "preact/hooks";
import { verifyAddress } from "../api/account";
import { asProblem, type Problem } from "../api/problem";
import type { User } from "../api/shapes/auth";
import { words } from "../app/i18n";
import { useLinkSecret } from "../app/secret";
import { session } from "../app/session";
import { useTitle } from "../app/Shell";
import { ErrorState, Loading, Notice } from "../ui/states";
import { SendAgain } from "../ui/VerifyNotice";

export default function VerifyPage() {
  const w = words();
  useTitle(w.account.verifying);
  const secret = useLinkSecret();
  const [user, setUser] = useState<User | null>(null);
  const [problem, setProblem] = useState<Problem | null>(null);
  const over = !secret || problem?.code === "link_invalid";

  function verify() {
    if (!secret) return;
    setProblem(null);
    verifyAddress(secret).then(
      (verified) => {
        setUser(verified);
        if (session.user.value?.id === verified.id) session.user.value = verified;
      },
      (error) => setProblem(asProblem(error)),
    );
  }
  useEffect(verify, []);

  if (user)
    return (
      <Notice title={w.account.verified} text={w.account.verifiedText(user.email)} testid="verified">
        <a class="button" href="/">{w.shell.toHome}</a>
        <a class="button button--quiet" href="/tickets">{w.shell.tickets}</a>
      </Notice>
    );
  if (over) {
    const known = session.user.value;
    return (
      <Notice title={w.account.linkOver} text={w.account.verifyOverText} tone="warn" testid="link-over">
        {known && !known.email_verified && <SendAgain />}
        {!session.signedIn.value && <a class="button" href="/login?return=/account">{w.account.signIn}</a>}
        <a class="button button--quiet" href="/">{w.shell.toHome}</a>
      </Notice>
    );
  }
  return problem ? <ErrorState problem={problem} retry={verify} /> : <Loading />;
}
