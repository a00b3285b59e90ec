/* Money that came by bank transfer needs an account to go back to. */
import { useMemo, useState } from "preact/hooks";
import { Intent } from "../api/intent";
import { getPayment, sendRefundAccount } from "../api/payments";
import { payWords } from "../app/pay-words";
import { useResource } from "../app/resource";
import { tell } from "../app/toasts";
import { Field } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";

/* `since` changes whenever something may have been cancelled. */
export function RefundAccountPanel({ payment, since }: { payment: string; since: unknown }) {
  const found = useResource((signal) => getPayment(payment, signal), [payment, since]);
  return found.data?.refund_account_needed ? <Form payment={payment} onDone={found.reload} /> : null;
}

const fields = ["bank", "account_number", "holder"] as const;

function Form({ payment, onDone }: { payment: string; onDone(): void }) {
  const w = payWords().refundAccount;
  const [account, setAccount] = useState({ bank: "", account_number: "", holder: "" });
  const intent = useMemo(() => new Intent(`takenseat.intent.refund-account.${payment}`, sessionStorage), [payment]);
  const { busy, problem, send } = useSending(async () => {
    await intent.carryOut(account, (key) => sendRefundAccount(payment, account, key));
    tell(w.sent);
    onDone();
  });
  const bind = (name: (typeof fields)[number]) => ({
    name,
    value: account[name],
    onValue: (value: string) => setAccount((before) => ({ ...before, [name]: value })),
    error: problem?.field(name),
    required: true,
  });
  return (
    <form class="panel form" onSubmit={send} data-testid="refund-account">
      <h2>{w.title}</h2>
      <p class="muted">{w.text}</p>
      <FormProblem problem={problem} fields={[...fields]} />
      <Field label={w.bank} {...bind("bank")} />
      <Field label={w.number} {...bind("account_number")} />
      <Field label={w.holder} autocomplete="name" {...bind("holder")} />
      <button class="button" disabled={busy} data-testid="refund-account-send">{w.send}</button>
    </form>
  );
}
