/* The second factor: a secret for an authenticator app, its first code, and the recovery codes, which are shown once. */
import { useState } from "preact/hooks";
import { confirmFactor, dropFactor, secondFactor, startFactor, type FactorSecret } from "../api/account";
import type { User } from "../api/shapes/auth";
import { words } from "../app/i18n";
import { session } from "../app/session";
import { Field } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";

interface Props {
  user: User;
  onChange(): void;
}

export function FactorPanel({ user, onChange }: Props) {
  const w = words().account;
  const [secret, setSecret] = useState<FactorSecret | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const confirmed = (recovery: string[]) => {
    setCodes(recovery);
    setSecret(null);
  };
  return (
    <section class="panel form" aria-labelledby="factor" data-testid="factor">
      <h2 id="factor">{w.codeTitle}</h2>
      {codes ? <Recovery codes={codes} onKept={() => { setCodes(null); onChange(); }} />
        : secret ? <Confirm secret={secret} onConfirmed={confirmed} />
        : user.second_factor ? <Stop onChange={onChange} /> : <Start onSecret={setSecret} />}
    </section>
  );
}

function Start({ onSecret }: { onSecret(secret: FactorSecret): void }) {
  const w = words().account;
  const [password, setPassword] = useState("");
  const { busy, problem, send } = useSending(async () => onSecret(await startFactor(password)));
  return (
    <form class="form" onSubmit={send} data-testid="factor-start">
      <p class="muted">{w.factorOff}</p>
      <FormProblem problem={problem} fields={["password"]} />
      <Field label={w.currentPassword} name="factor-password" type="password" autocomplete="current-password" required value={password}
        onValue={setPassword} error={problem?.field("password")} />
      <button class="button" disabled={busy} data-testid="factor-begin">{w.factorStart}</button>
    </form>
  );
}

function Confirm({ secret: { secret, uri }, onConfirmed }: { secret: FactorSecret; onConfirmed(codes: string[]): void }) {
  const w = words().account;
  const [code, setCode] = useState("");
  const { busy, problem, send } = useSending(async () => {
    const { recovery_codes } = await confirmFactor(code.replace(/\s/g, ""));
    onConfirmed(recovery_codes);
    /* Tokens of before do not count as signed in with a second factor. */
    await session.renew((await session.accessToken()) ?? "");
  });
  return (
    <form class="form" onSubmit={send} data-testid="factor-confirm">
      <p>{w.factorScan}</p>
      <p class="account__key"><span class="visually-hidden">{w.factorKey}: </span><code data-testid="factor-secret">{secret}</code></p>
      <p><a href={uri} data-testid="factor-uri">{w.factorOpen}</a></p>
      <FormProblem problem={problem} fields={["code"]} />
      <Field label={w.code} name="factor-code" autocomplete="one-time-code" required focus value={code} onValue={setCode} error={problem?.field("code")} />
      <button class="button" disabled={busy} data-testid="factor-submit">{w.factorConfirm}</button>
    </form>
  );
}

function Recovery({ codes, onKept }: { codes: string[]; onKept(): void }) {
  const w = words().account;
  return (
    <>
      <h3>{w.recovery}</h3>
      <p>{w.recoveryText}</p>
      <ul class="account__codes" data-testid="recovery-codes">{codes.map((code) => <li key={code}><code>{code}</code></li>)}</ul>
      <button type="button" class="button" data-testid="recovery-kept" onClick={onKept}>{w.recoveryKept}</button>
    </>
  );
}

function Stop({ onChange }: { onChange(): void }) {
  const w = words().account;
  const [password, setPassword] = useState("");
  const [code, setCode] = useState("");
  const { busy, problem, send } = useSending(async () => {
    await dropFactor({ password, ...secondFactor(code) });
    onChange();
  });
  return (
    <form class="form" onSubmit={send} data-testid="factor-stop">
      <p>{w.factorOn}</p>
      <FormProblem problem={problem} fields={["password", "totp", "recovery_code"]} />
      <Field label={w.currentPassword} name="factor-password" type="password" autocomplete="current-password" required value={password}
        onValue={setPassword} error={problem?.field("password")} />
      <Field label={w.code} name="factor-code" autocomplete="one-time-code" hint={w.codeHint} required value={code} onValue={setCode}
        error={problem?.field("totp") ?? problem?.field("recovery_code")} />
      <button class="button button--quiet" disabled={busy} data-testid="factor-end">{w.factorStop}</button>
    </form>
  );
}
