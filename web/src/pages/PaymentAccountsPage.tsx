/* An organizer's own keys at the payment providers. What was saved is never shown again but for its last characters. */
import { useState } from "preact/hooks";
import { endAccount, getAccount, putAccount } from "../api/money";
import { asProblem } from "../api/problem";
import type { PaymentAccount, PaymentAccountChange } from "../api/shapes/payment";
import { moment } from "../app/format";
import { moneyWords } from "../app/money-words";
import { providerName } from "../app/pay-words";
import { useResource } from "../app/resource";
import { useTitle } from "../app/Shell";
import { tell } from "../app/toasts";
import { Field } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";
import { MoneyNav } from "../ui/MoneyNav";
import { Await } from "../ui/states";

const providers = ["toss", "stripe"] as const;
type Provider = (typeof providers)[number];

interface Kept {
  account: PaymentAccount | null;
}

const read = async (provider: string, signal: AbortSignal): Promise<Kept> => {
  try {
    return { account: await getAccount(provider, signal) };
  } catch (error) {
    if (asProblem(error).status === 404) return { account: null };
    throw error;
  }
};

export default function PaymentAccountsPage() {
  const w = moneyWords();
  useTitle(w.accounts);
  return (
    <div class="wrap wrap--medium staff">
      <MoneyNav />
      <h1>{w.accounts}</h1>
      <p class="muted">{w.account.intro}</p>
      {providers.map((provider) => <Account key={provider} provider={provider} />)}
    </div>
  );
}

function Account({ provider }: { provider: Provider }) {
  const w = moneyWords().account;
  const kept = useResource((signal) => read(provider, signal), [provider]);
  const [changing, setChanging] = useState(false);
  const done = (text: string) => {
    setChanging(false);
    tell(text);
    kept.reload();
  };
  return (
    <section class="panel staff__one" aria-labelledby={provider} data-testid={`account-${provider}`}>
      <h2 id={provider}>{providerName(provider)}</h2>
      <Await of={kept}>{({ account }) => (
        <>
          {account ? <Facts account={account} /> : <p class="muted" data-testid="no-keys">{w.none}</p>}
          {changing
            ? <Keys provider={provider} account={account} onEnd={() => setChanging(false)} onDone={() => done(w.saved)} />
            : (
              <div class="cancel__actions">
                <button type="button" class="button button--quiet" data-testid="keys-change" onClick={() => setChanging(true)}>{account ? w.change : w.add}</button>
                {account && <End provider={provider} onDone={() => done(w.removed)} />}
              </div>
            )}
        </>
      )}</Await>
    </section>
  );
}

function Facts({ account }: { account: PaymentAccount }) {
  const w = moneyWords().account;
  const hidden = (end: string | undefined) => end && `…${end.replace(/^[.…*]+/, "")}`;
  const facts: [string, string | undefined][] = [
    [w.merchant, account.merchant],
    [w.secret_key, hidden(account.secret_key)],
    [w.webhook_secret, hidden(account.webhook_secret)],
    [w.webhook_secret_old, hidden(account.webhook_secret_old)],
    [w.webhook_url, account.webhook_url],
  ];
  return (
    <>
      <p class="muted">{w.since(moment(account.created_at))}</p>
      <dl class="facts" data-testid="keys">{facts.map(([name, value]) => value && <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
    </>
  );
}

function Keys({ provider, account, onEnd, onDone }: { provider: Provider; account: PaymentAccount | null; onEnd(): void; onDone(): void }) {
  const w = moneyWords();
  const [secret, setSecret] = useState("");
  const [webhook, setWebhook] = useState("");
  const [merchant, setMerchant] = useState(account?.merchant ?? "");
  const [same, setSame] = useState(false);
  const { busy, problem, send } = useSending(async () => {
    const change: PaymentAccountChange = { secret_key: secret.trim() };
    if (webhook.trim()) change.webhook_secret = webhook.trim();
    if (merchant.trim()) change.merchant = merchant.trim();
    if (account) change.same_merchant = same;
    await putAccount(provider, change);
    onDone();
  });
  return (
    <form class="form" onSubmit={send} data-testid="keys-form">
      <FormProblem problem={problem} fields={["secret_key", "webhook_secret", "merchant"]} />
      <Field label={w.account.secret_key} name="secret_key" type="password" autocomplete="off" required focus hint={w.account.secretHint} value={secret}
        onValue={setSecret} error={problem?.field("secret_key")} />
      {provider === "stripe"
        ? <Field label={w.account.webhook_secret} name="webhook_secret" type="password" autocomplete="off" hint={w.account.webhookHint} value={webhook}
            onValue={setWebhook} error={problem?.field("webhook_secret")} />
        : <Field label={w.account.merchant} name="merchant" hint={w.account.merchantHint} value={merchant} onValue={setMerchant}
            error={problem?.field("merchant")} />}
      {account && (
        <label class="choice">
          <input type="checkbox" checked={same} data-testid="same-merchant" onChange={(event) => setSame(event.currentTarget.checked)} />
          <span>{w.account.same}</span>
        </label>
      )}
      <div class="cancel__actions">
        <button class="button" disabled={busy} data-testid="keys-save">{w.account.save}</button>
        <button type="button" class="button button--quiet" disabled={busy} onClick={onEnd}>{w.no}</button>
      </div>
    </form>
  );
}

function End({ provider, onDone }: { provider: Provider; onDone(): void }) {
  const w = moneyWords();
  const [sure, setSure] = useState(false);
  const { busy, problem, send } = useSending(async () => {
    await endAccount(provider);
    onDone();
  });
  if (!sure) return <button type="button" class="button button--quiet" data-testid="keys-end" onClick={() => setSure(true)}>{w.account.remove}</button>;
  return (
    <>
      <p class="remark" role="status" data-testid="sure">{w.account.removeSure}</p>
      <FormProblem problem={problem} />
      <button type="button" class="button" disabled={busy} data-testid="keys-end-sure" onClick={send}>{w.yes}</button>
      <button type="button" class="button button--quiet" disabled={busy} onClick={() => setSure(false)}>{w.no}</button>
    </>
  );
}
