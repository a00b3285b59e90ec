/* Signing in, and back to where one was. */
import { useState } from "preact/hooks";
import { exchange } from "../api/http";
import { asProblem, type Problem } from "../api/problem";
import type { Tokens } from "../api/shapes";
import { words } from "../app/i18n";
import { navigate, place, safeReturn } from "../app/router";
import { session } from "../app/session";
import { useTitle } from "../app/Shell";
import { Field } from "../ui/Field";
import { problemText } from "../ui/states";

export function signIn(email: string, password: string): Promise<Tokens> {
  return exchange<Tokens>("/auth/login", { method: "POST", body: { email, password } });
}

export function returnPath(): string {
  return safeReturn(new URLSearchParams(place.value.query).get("return"));
}

/* What no field of the form can say. */
export function FormProblem({ problem, fields }: { problem: Problem | null; fields: string[] }) {
  if (!problem || problem.fields.some((error) => fields.includes(error.field))) return null;
  const { title, detail } = problemText(problem);
  return <p class="form__problem" role="alert" data-testid="form-problem">{detail || title}</p>;
}

export default function LoginPage() {
  const w = words();
  useTitle(w.account.signIn);
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<Problem | null>(null);
  const [busy, setBusy] = useState(false);
  const back = returnPath();

  async function submit(event: Event) {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    try {
      session.begin(await signIn(email, password));
      navigate(back, { replace: true });
    } catch (error) {
      setProblem(asProblem(error));
    } finally {
      setBusy(false);
    }
  }

  return (
    <div class="wrap wrap--narrow">
      <form class="panel form" onSubmit={(event) => void submit(event)} data-testid="login-form">
        <h1>{w.account.signIn}</h1>
        {back !== "/" && <p class="muted">{w.account.signInFirst}</p>}
        <FormProblem problem={problem} fields={["email", "password"]} />
        <Field label={w.account.email} name="email" type="email" autocomplete="username" required value={email}
          onValue={setEmail} error={problem?.field("email")} />
        <Field label={w.account.password} name="password" type="password" autocomplete="current-password" required
          value={password} onValue={setPassword} error={problem?.field("password")} />
        <button class="button button--wide" disabled={busy} data-testid="submit">{w.account.signIn}</button>
        <p class="form__aside">{w.account.newHere} <a href={`/signup?return=${encodeURIComponent(back)}`}>{w.account.signUp}</a></p>
      </form>
    </div>
  );
}
