/* Where one is signed in; each can be ended from here. */
import { endOtherSignIns, endSignIn, listSignIns } from "../api/account";
import type { SignIn } from "../api/shapes/auth";
import { moment } from "../app/format";
import { words } from "../app/i18n";
import { useResource } from "../app/resource";
import { FormProblem, useSending } from "../ui/Form";

export function SignInsPanel() {
  const w = words().account;
  const list = useResource(listSignIns, []);
  const others = useSending(async () => {
    await endOtherSignIns();
    list.reload();
  });
  const items = list.data?.items ?? [];
  return (
    <section class="panel form" aria-labelledby="devices" data-testid="sign-ins">
      <h2 id="devices">{w.devices}</h2>
      <FormProblem problem={list.problem ?? others.problem} />
      <ul class="account__devices">
        {items.map((one) => <One key={one.id} signIn={one} onEnd={list.reload} />)}
      </ul>
      {items.length > 1 && <button type="button" class="button button--quiet" disabled={others.busy} data-testid="end-others" onClick={others.send}>{w.endOthers}</button>}
    </section>
  );
}

function One({ signIn, onEnd }: { signIn: SignIn; onEnd(): void }) {
  const w = words();
  const name = signIn.device || w.account.unknownDevice;
  const { busy, problem, send } = useSending(async () => {
    await endSignIn(signIn.id);
    onEnd();
  });
  return (
    <li data-testid="sign-in">
      <span>
        {name}
        <small>{[signIn.address, w.account.seen(moment(signIn.seen_at))].filter(Boolean).join(" · ")}</small>
        <FormProblem problem={problem} />
      </span>
      {signIn.current
        ? <span class="badge badge--confirmed">{w.account.thisDevice}</span>
        : <button type="button" class="button button--quiet button--small" aria-label={w.account.endDevice(name)} disabled={busy} data-testid="end-sign-in"
          onClick={send}>{w.shell.signOut}</button>}
    </li>
  );
}
