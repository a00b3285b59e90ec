/* One's account: who one is, the password, where one is signed in, the second factor, and the way out. */
import { useState } from "preact/hooks";
import { changeMe, changePassword, closeAccount } from "../api/account";
import { getMe } from "../api/calls";
import { call } from "../api/client";
import type { User } from "../api/shapes/auth";
import { words } from "../app/i18n";
import { findPage } from "../app/pages";
import { useResource } from "../app/resource";
import { navigate } from "../app/router";
import { mayEnter } from "../app/roles";
import { session } from "../app/session";
import { useTitle } from "../app/Shell";
import { tell } from "../app/toasts";
import { Field, SelectField } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";
import { Await } from "../ui/states";
import { VerifyNotice } from "../ui/VerifyNotice";
import { FactorPanel } from "./FactorPanel";
import { NotificationsPanel } from "./NotificationsPanel";
import { SignInsPanel } from "./SignInsPanel";

async function signOut(): Promise<void> {
  await call("/auth/logout", { method: "POST" }).catch(() => undefined);
  leave();
}

function leave(): void {
  navigate("/");
  session.end();
}

export default function AccountPage() {
  const w = words();
  useTitle(w.shell.account);
  const me = useResource(getMe, []);
  const changed = (user: User) => {
    session.user.value = user;
    me.set(user);
  };
  return (
    <div class="wrap wrap--narrow account">
      <h1>{w.shell.account}</h1>
      <VerifyNotice />
      <Await of={me}>{(user) => (
        <>
          <p class="account__ways">
            <a href="/coupons" data-testid="to-coupons">{w.account.coupons}</a>
            <a href="/mileage" data-testid="to-mileage">{w.account.mileage}</a>
          </p>
          <Profile user={user} onChange={changed} />
          <Password />
          <FactorPanel user={user} onChange={me.reload} />
          <SignInsPanel />
          <NotificationsPanel />
          <Work />
          <button type="button" class="button button--quiet" data-testid="sign-out" onClick={() => void signOut()}>{w.shell.signOut}</button>
          <Close />
        </>
      )}</Await>
    </div>
  );
}

/* The way to the pages that one's roles open. */
function Work() {
  const w = words().account;
  const links = [
    ["/admin/money", w.workMoney], ["/settlements", w.workSettlement], ["/settings/payments", w.workKeys], ["/admin", w.workShows], ["/desk", w.workDesk],
  ].filter(([path]) => {
    const found = findPage(path);
    return found && mayEnter(found.page);
  });
  if (links.length === 0) return null;
  return (
    <section class="panel form" aria-labelledby="work" data-testid="work">
      <h2 id="work">{w.work}</h2>
      <ul>{links.map(([path, name]) => <li key={path}><a href={path}>{name}</a></li>)}</ul>
    </section>
  );
}

function Profile({ user, onChange }: { user: User; onChange(user: User): void }) {
  const w = words().account;
  const [name, setName] = useState(user.name);
  const [phone, setPhone] = useState(user.phone ?? "");
  const [lang, setLang] = useState(user.lang);
  const { busy, problem, send } = useSending(async () => {
    onChange(await changeMe({ name, phone: phone.trim(), lang }));
    tell(w.saved);
  });
  return (
    <form class="panel form" onSubmit={send} data-testid="profile-form">
      <h2>{w.profile}</h2>
      <p class="muted">{user.email}</p>
      <FormProblem problem={problem} fields={["name", "phone", "lang"]} />
      <Field label={w.name} name="name" autocomplete="name" required value={name} onValue={setName} error={problem?.field("name")} />
      <Field label={w.phone} name="phone" type="tel" autocomplete="tel" hint={w.phoneHint} value={phone} onValue={setPhone}
        error={problem?.field("phone")} />
      <SelectField label={w.language} name="lang" value={lang} onValue={(value) => setLang(value as User["lang"])}
        options={[["ko", "한국어"], ["en", "English"]]} error={problem?.field("lang")} />
      <button class="button" disabled={busy} data-testid="save-profile">{w.save}</button>
    </form>
  );
}

function Password() {
  const w = words().account;
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const { busy, problem, send } = useSending(async () => {
    await changePassword(current, next);
    setCurrent("");
    setNext("");
    tell(w.passwordChanged);
  });
  return (
    <form class="panel form" onSubmit={send} data-testid="password-form">
      <h2>{w.changePassword}</h2>
      <FormProblem problem={problem} fields={["current_password", "new_password"]} />
      <Field label={w.currentPassword} name="current_password" type="password" autocomplete="current-password" required value={current}
        onValue={setCurrent} error={problem?.field("current_password")} />
      <Field label={w.newPassword} name="new_password" type="password" autocomplete="new-password" required minLength={8}
        hint={w.passwordHint} value={next} onValue={setNext} error={problem?.field("new_password")} />
      <button class="button" disabled={busy} data-testid="save-password">{w.savePassword}</button>
    </form>
  );
}

function Close() {
  const w = words().account;
  const [sure, setSure] = useState(false);
  const [password, setPassword] = useState("");
  const { busy, problem, send } = useSending(async () => {
    await closeAccount(password);
    tell(w.closed);
    leave();
  });
  return (
    <form class="panel form" onSubmit={send} data-testid="close-form">
      <h2>{w.close}</h2>
      <p class="muted">{w.closeText}</p>
      {!sure && <button type="button" class="button button--quiet" data-testid="close-begin" onClick={() => setSure(true)}>{w.close}</button>}
      {sure && (
        <>
          <FormProblem problem={problem} fields={["password"]} />
          <Field label={w.password} name="close-password" type="password" autocomplete="current-password" required focus value={password}
            onValue={setPassword} error={problem?.field("password")} />
          <div class="account__row">
            <button class="button" disabled={busy} data-testid="close-now">{w.closeNow}</button>
            <button type="button" class="button button--quiet" onClick={() => setSure(false)}>{w.keep}</button>
          </div>
        </>
      )}
    </form>
  );
}
