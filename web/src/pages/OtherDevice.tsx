/* The place belongs to another device of the same person: what that means, and the way to go on here. */
import { useState } from "preact/hooks";
import { moveDevice } from "../api/calls";
import { call } from "../api/client";
import { asProblem } from "../api/problem";
import { words } from "../app/i18n";
import { currentPath, navigate, signInPath } from "../app/router";
import { session } from "../app/session";
import { problemText } from "../ui/states";

export function OtherDevice({ schedule, moved }: { schedule: string; moved(): void }) {
  const w = words().queue;
  const [busy, setBusy] = useState(false);
  const [trouble, setTrouble] = useState("");
  const [signIn, setSignIn] = useState(false);

  async function move(): Promise<void> {
    setBusy(true);
    setTrouble("");
    try {
      await moveDevice(schedule);
      moved();
    } catch (error) {
      const problem = asProblem(error);
      setSignIn(problem.code === "sign_in_again");
      setTrouble(problemText(problem).detail);
    } finally {
      setBusy(false);
    }
  }

  async function signInAgain(): Promise<void> {
    const back = signInPath(currentPath());
    await call("/auth/logout", { method: "POST" }).catch(() => undefined);
    session.end();
    navigate(back);
  }

  return (
    <section class="queue__message" aria-labelledby="other-device" data-testid="other-device">
      <h2 id="other-device">{w.otherDevice}</h2>
      <p>{w.otherDeviceText}</p>
      {trouble && <p role="alert" data-testid="other-device-trouble">{trouble}</p>}
      {signIn
        ? <button type="button" class="button" data-testid="sign-in-again" onClick={() => void signInAgain()}>{w.signInAgain}</button>
        : <button type="button" class="button" data-testid="move-here" disabled={busy} onClick={() => void move()}>{w.moveHere}</button>}
    </section>
  );
}
