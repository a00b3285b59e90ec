/* Who are you: e-mail and password, and the second factor where the account has one. On the page for it, and over a page whose session ended in the middle. */
import { useState } from "preact/hooks";
import { secondFactor, signIn } from "../api/account";
import type { Tokens } from "../api/shapes/auth";
import { words } from "../app/i18n";
import { Field } from "./Field";
import { FormProblem, useSending } from "./Form";

interface Props {
  /* Said above the fields. */
  why?: string;
  email?: string;
  done(tokens: Tokens, email: string): void | Promise<void>;
  /* Ways on for who cannot sign in; not while a code is asked for. */
  children?: preact.ComponentChildren;
}

export function SignInForm({ why, email: known = "", done, children }: Props) {
  const w = words().account;
  const [email, setEmail] = useState(known);
  const [password, setPassword] = useState("");
  const [asked, setAsked] = useState(false);
  const [code, setCode] = useState("");

  const { busy, problem, send } = useSending(
    async () => done(await signIn({ email, password, ...(asked ? secondFactor(code) : {}) }), email),
    ({ code: refusal }) => {
      const wanted = refusal === "second_factor_required";
      if (wanted) setAsked(true);
      if (refusal === "bad_credentials") setAsked(false);
      return wanted;
    },
  );

  return (
    <form class="panel form" onSubmit={send} data-testid="login-form">
      <h1 id="sign-in-title">{asked ? w.codeTitle : w.signIn}</h1>
      {!asked && why && <p class="muted">{why}</p>}
      <FormProblem problem={problem} fields={["email", "password", "totp", "recovery_code"]} />
      {asked ? (
        <Field key="code" label={w.code} name="code" autocomplete="one-time-code" hint={w.codeHint} required focus value={code}
          onValue={setCode} error={problem?.field("totp") ?? problem?.field("recovery_code")} />
      ) : (
        <>
          <Field key="email" label={w.email} name="email" type="email" autocomplete="username" required value={email}
            onValue={setEmail} error={problem?.field("email")} />
          <Field key="password" label={w.password} name="password" type="password" autocomplete="current-password" required focus={known !== ""}
            value={password} onValue={setPassword} error={problem?.field("password")} />
        </>
      )}
      <button class="button button--wide" disabled={busy} data-testid="submit">{w.signIn}</button>
      {!asked && children}
    </form>
  );
}
