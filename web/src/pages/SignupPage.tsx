/* A new account, signed in at once. */
import { useState } from "preact/hooks";
import { signIn, signUp } from "../api/account";
import { words } from "../app/i18n";
import { navigate } from "../app/router";
import { session } from "../app/session";
import { useTitle } from "../app/Shell";
import { Field } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";
import { returnPath } from "./LoginPage";

export default function SignupPage() {
  const w = words();
  useTitle(w.account.signUp);
  const [form, setForm] = useState({ name: "", email: "", password: "", phone: "" });
  const back = returnPath();
  const { busy, problem, send } = useSending(async () => {
    const { phone, ...rest } = form;
    await signUp(phone.trim() ? form : rest);
    session.begin(await signIn({ email: form.email, password: form.password }));
    navigate(back, { replace: true });
  });
  const bind = (name: keyof typeof form) => ({
    name,
    value: form[name],
    onValue: (value: string) => setForm((before) => ({ ...before, [name]: value })),
    error: problem?.field(name),
  });

  return (
    <div class="wrap wrap--narrow">
      <form class="panel form" onSubmit={send} data-testid="signup-form">
        <h1>{w.account.signUp}</h1>
        <FormProblem problem={problem} fields={Object.keys(form)} />
        <Field label={w.account.name} autocomplete="name" required {...bind("name")} />
        <Field label={w.account.email} type="email" autocomplete="username" required {...bind("email")} />
        <Field label={w.account.password} type="password" autocomplete="new-password" required minLength={8}
          hint={w.account.passwordHint} {...bind("password")} />
        <Field label={w.account.phone} type="tel" autocomplete="tel" hint={w.account.phoneHint} {...bind("phone")} />
        <button class="button button--wide" disabled={busy} data-testid="submit">{w.account.signUp}</button>
        <p class="form__aside">{w.account.haveOne} <a href={`/login?return=${encodeURIComponent(back)}`}>{w.account.signIn}</a></p>
      </form>
    </div>
  );
}
