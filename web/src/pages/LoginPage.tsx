/* Signing in, and back to where one was. */
import { words } from "../app/i18n";
import { navigate, place, safeReturn } from "../app/router";
import { session } from "../app/session";
import { useTitle } from "../app/Shell";
import { SignInForm } from "../ui/SignInForm";

export function returnPath(): string {
  return safeReturn(new URLSearchParams(place.value.query).get("return"));
}

export default function LoginPage() {
  const w = words().account;
  useTitle(w.signIn);
  const back = returnPath();
  return (
    <div class="wrap wrap--narrow">
      <SignInForm why={back === "/" ? undefined : w.signInFirst} done={(tokens) => {
        session.begin(tokens);
        navigate(back, { replace: true });
      }}>
        <p class="form__aside"><a href="/forgot" data-testid="forgot-link">{w.forgot}</a></p>
        <p class="form__aside">{w.newHere} <a href={`/signup?return=${encodeURIComponent(back)}`}>{w.signUp}</a></p>
      </SignInForm>
    </div>
  );
}
