/* Money that came by bank transfer needs an account to go back to. */
import { useState } from "preact/hooks";
import { getPayment, sendRefundAccount } from "../api/payments";
import { bankOptions } from "../app/banks";
import { payWords } from "../app/pay-words";
import { useResource } from "../app/resource";
import { tell } from "../app/toasts";
import { Field, SelectField } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";

/* `since` changes whenever something may have been cancelled. */
export function RefundAccountPanel({ payment, since }: { payment: string; since: unknown }) {
  const found = useResource((signal) => getPayment(payment, signal), [payment, since]);
  return found.data?.refund_account_needed ? <Form payment={payment} onDone={found.reload} /> : null;
}

const fields = ["bank", "account_number", "holder"] as const;

function Form({ payment, onDone }: { payment: string; onDone(): void }) {
  const w = payWords().refundAccount;
  const [account, setAccount] = useState({ bank: bankOptions()[0][0], account_number: "", holder: "" });
  const { busy, problem, send } = useSending(async () => {
    await sendRefundAccount(payment, { ...account, account_number: account.account_number.replace(/[\s-]/g, "") });
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
      <SelectField label={w.bank} {...bind("bank")} options={bankOptions()} />
      <Field label={w.number} {...bind("account_number")} />
      <Field label={w.holder} autocomplete="name" {...bind("holder")} />
      <button class="button" disabled={busy} data-testid="refund-account-send">{w.send}</button>
    </form>
  );
}
