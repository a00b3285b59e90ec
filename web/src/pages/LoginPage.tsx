/* Signing in, with a second factor where the account has one, and back to where one was. */
import { useState } from "preact/hooks";
import { secondFactor, signIn } from "../api/account";
import { words } from "../app/i18n";
import { navigate, place, safeReturn } from "../app/router";
import { session } from "../app/session";
import { useTitle } from "../app/Shell";
import { Field } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";

export function returnPath(): string {
  return safeReturn(new URLSearchParams(place.value.query).get("return"));
}

export default function LoginPage() {
  const w = words().account;
  useTitle(w.signIn);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [asked, setAsked] = useState(false);
  const [code, setCode] = useState("");
  const back = returnPath();

  const { busy, problem, send } = useSending(
    async () => {
      session.begin(await signIn({ email, password, ...(asked ? secondFactor(code) : {}) }));
      navigate(back, { replace: true });
    },
    ({ code: refusal }) => {
      const wanted = refusal === "second_factor_required";
      if (wanted) setAsked(true);
      if (refusal === "bad_credentials") setAsked(false);
      return wanted;
    },
  );

  return (
    <div class="wrap wrap--narrow">
      <form class="panel form" onSubmit={send} data-testid="login-form">
        <h1>{asked ? w.codeTitle : w.signIn}</h1>
        {!asked && back !== "/" && <p class="muted">{w.signInFirst}</p>}
        <FormProblem problem={problem} fields={["email", "password", "totp", "recovery_code"]} />
        {asked ? (
          <Field key="code" label={w.code} name="code" autocomplete="one-time-code" hint={w.codeHint} required focus value={code}
            onValue={setCode} error={problem?.field("totp") ?? problem?.field("recovery_code")} />
        ) : (
          <>
            <Field key="email" label={w.email} name="email" type="email" autocomplete="username" required value={email}
              onValue={setEmail} error={problem?.field("email")} />
            <Field key="password" label={w.password} name="password" type="password" autocomplete="current-password" required
              value={password} onValue={setPassword} error={problem?.field("password")} />
          </>
        )}
        <button class="button button--wide" disabled={busy} data-testid="submit">{w.signIn}</button>
        {!asked && (
          <>
            <p class="form__aside"><a href="/forgot" data-testid="forgot-link">{w.forgot}</a></p>
            <p class="form__aside">{w.newHere} <a href={`/signup?return=${encodeURIComponent(back)}`}>{w.signUp}</a></p>
          </>
        )}
      </form>
    </div>
  );
}
