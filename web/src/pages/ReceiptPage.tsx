/* What was charged, to read, print or keep. */
import { getReceipt, getReceiptPdf } from "../api/payments";
import type { Receipt } from "../api/shapes/payment";
import { moment, money } from "../app/format";
import { payWords, providerName } from "../app/pay-words";
import { useResource } from "../app/resource";
import type { Params } from "../app/router";
import { save } from "../app/save";
import { useTitle } from "../app/Shell";
import { FormProblem, useSending } from "../ui/Form";
import { Await } from "../ui/states";

export default function ReceiptPage({ params }: { params: Params }) {
  useTitle(payWords().receipt.title);
  const receipt = useResource((signal) => getReceipt(params.paymentId, signal), [params.paymentId]);
  return <div class="wrap wrap--narrow"><Await of={receipt}>{(found) => <Paper receipt={found} />}</Await></div>;
}

function Paper({ receipt }: { receipt: Receipt }) {
  const w = payWords().receipt;
  const pdf = useSending(() => save(`receipt-${receipt.payment_id}.pdf`, getReceiptPdf(receipt.payment_id)));
  const facts: [string, string | null][] = [
    [w.issuer, receipt.issuer],
    [w.seller, receipt.seller],
    [w.what, receipt.title],
    [w.paidAt, moment(receipt.paid_at)],
    [w.provider, providerName(receipt.provider)],
    [w.ref, receipt.ref],
    [w.number, receipt.payment_id],
  ];
  return (
    <>
      <p class="unprinted"><a href={`/tickets/${encodeURIComponent(receipt.booking_id)}`}>← {w.back}</a></p>
      <section class="panel receipt" data-testid="receipt">
        <h1>{w.title}</h1>
        <dl class="facts">{facts.map(([name, value]) => value && <div key={name}><dt>{name}</dt><dd>{value}</dd></div>)}</dl>
        <dl class="price" data-testid="receipt-lines">
          {receipt.lines.map((line, i) => <div key={i}><dt>{line.label}</dt><dd>{money(line.amount)}</dd></div>)}
          <div class="price__due"><dt>{w.amount}</dt><dd data-testid="receipt-amount">{money(receipt.amount)}</dd></div>
          {receipt.left.amount !== receipt.amount.amount && <div class="price__due"><dt>{w.left}</dt><dd data-testid="receipt-left">{money(receipt.left)}</dd></div>}
        </dl>
      </section>
      <div class="cancel__actions unprinted receipt__actions">
        <button type="button" class="button" data-testid="print" onClick={() => print()}>{w.print}</button>
        <button type="button" class="button button--quiet" disabled={pdf.busy} data-testid="receipt-pdf" onClick={pdf.send}>{w.pdf}</button>
      </div>
      <FormProblem problem={pdf.problem} />
    </>
  );
}
