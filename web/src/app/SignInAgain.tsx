/* The session has ended in the middle of something. The page stays as it is beneath, with all that was typed, while one signs in again. */
import { useEffect, useRef } from "preact/hooks";
import type { Tokens } from "../api/shapes/auth";
import { SignInForm } from "../ui/SignInForm";
import { words } from "./i18n";
import { navigate } from "./router";
import { session } from "./session";

export default function SignInAgain({ email }: { email: string | null }) {
  const w = words().states;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);

  /* Somebody else begins afresh: what lies beneath is not theirs. */
  const done = (tokens: Tokens, who: string) => {
    if (who.trim().toLowerCase() === email?.toLowerCase()) return session.resume(tokens);
    session.begin(tokens);
    location.reload();
  };
  const leave = () => {
    session.end();
    navigate("/");
  };
  return (
    <dialog ref={dialog} class="again" aria-labelledby="sign-in-title" data-testid="sign-in-over" onCancel={(event) => event.preventDefault()}>
      <SignInForm why={w.lapsedText} email={email ?? ""} done={done}>
        <button type="button" class="button button--quiet button--wide" data-testid="not-again" onClick={leave}>{words().shell.signOut}</button>
      </SignInForm>
    </dialog>
  );
}
