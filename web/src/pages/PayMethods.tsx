/* Who takes the payment: the sandbox here, or a provider on a page of its own. */
import { useState } from "preact/hooks";
import { listProviders } from "../api/payments";
import type { Money } from "../api/shapes/common";
import { payMethods, type PayMethod, type ProviderState } from "../api/shapes/payment";
import { now } from "../app/clock";
import { money } from "../app/format";
import { payWords, providerName, type PayWords } from "../app/pay-words";
import { useResource } from "../app/resource";
import { Countdown } from "../ui/Countdown";
import { SelectField } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";
import { Loading } from "../ui/states";
import { CardChooser } from "./CardChooser";
import { leaveFor, type Detour, type Purchase } from "./purchase";

interface Props {
  purchase: Purchase;
  due: Money;
  /* The end of the hold. */
  until: string;
}

export function PayMethods({ purchase, due, until }: Props) {
  const w = payWords();
  const providers = useResource(listProviders, []);
  const { detour } = purchase;
  if (detour?.payment?.client?.redirect_url) return <Instead purchase={purchase} detour={detour} due={due} />;
  if (detour && !detour.payment)
    return <Unavailable title={w.unavailable(providerName(detour.asked))} text={w.unavailableText} until={until} retryAt={detour.retryAt}
      busy={purchase.busy} onRetry={() => void purchase.go(detour.asked)} onOther={() => { providers.reload(); purchase.choose(); }} />;
  if (providers.problem && !providers.data)
    return (
      <>
        <FormProblem problem={providers.problem} />
        <button type="button" class="button button--wide" data-testid="retry" onClick={providers.reload}>{w.retry}</button>
      </>
    );
  if (!providers.data) return <Loading />;
  const { items } = providers.data;
  if (!items.some(({ available }) => available))
    return <Unavailable title={w.noneAvailable} text={w.noneText} until={until} retryAt={0} busy={providers.loading} onRetry={providers.reload} />;
  return <Choice items={items} purchase={purchase} due={due} sentence={detour ? w.instead(providerName(detour.asked), providerName("sandbox"), money(due)) : ""} />;
}

function Choice({ items, purchase, due, sentence }: { items: ProviderState[]; purchase: Purchase; due: Money; sentence: string }) {
  const w = payWords();
  const [wanted, setWanted] = useState("");
  const [method, setMethod] = useState<PayMethod>("card");
  const usable = items.filter(({ available }) => available).map(({ provider }) => provider);
  const taking = purchase.detour?.payment?.provider ?? wanted;
  const chosen = usable.includes(taking) ? taking : usable[0];
  const name = providerName(chosen);
  return (
    <>
      {sentence && <p class="remark" role="status" data-testid="instead">{sentence}</p>}
      {items.length > 1 && (
        <fieldset class="methods" data-testid="methods">
          <legend>{w.how}</legend>
          {items.map(({ provider, available }) => (
            <label key={provider} class={available ? "choice" : "choice choice--off"}>
              <input type="radio" name="provider" value={provider} checked={chosen === provider} disabled={!available || purchase.busy}
                data-testid={`method-${provider}`} onChange={() => { purchase.choose(); setWanted(provider); }} />
              <span>
                <b>{providerName(provider)}</b>
                <small>{available ? w.providerHint[provider as keyof PayWords["providerHint"]] : w.notNow}</small>
              </span>
            </label>
          ))}
        </fieldset>
      )}
      {chosen === "sandbox" ? (
        <CardChooser due={due} busy={purchase.busy} onPay={purchase.pay} />
      ) : (
        <>
          {chosen === "toss" &&
            <SelectField label={w.method} name="method" value={method} onValue={(value) => setMethod(value as PayMethod)}
              options={payMethods.map((one) => [one, w.methods[one]])} />}
          <p class="muted">{w.goHint(name)}</p>
          <button type="button" class="button button--wide" disabled={purchase.busy} data-testid="pay-at" onClick={() => void purchase.go(chosen, chosen === "toss" ? method : undefined)}>
            {purchase.busy ? w.leaving(name) : w.go(money(due), name)}
          </button>
        </>
      )}
    </>
  );
}

/* Another provider has taken over: told before the buyer is led to a page that they did not choose. */
function Instead({ purchase, detour, due }: { purchase: Purchase; detour: Detour; due: Money }) {
  const w = payWords();
  const { asked, payment } = detour;
  const { problem, send } = useSending(async () => payment && leaveFor(payment));
  const other = providerName(payment?.provider ?? "");
  return (
    <div class="form" data-testid="instead" role="status">
      <p>{w.instead(providerName(asked), other, money(due))}</p>
      <FormProblem problem={problem} />
      <button type="button" class="button button--wide" data-testid="go-on" onClick={send}>{w.goOn(other)}</button>
      <button type="button" class="button button--quiet button--wide" data-testid="other-way" onClick={purchase.choose}>{w.otherWay}</button>
    </div>
  );
}

interface UnavailableProps {
  title: string;
  text: string;
  until: string;
  retryAt: number;
  busy: boolean;
  onRetry(): void;
  onOther?: () => void;
}

function Unavailable({ title, text, until, retryAt, busy, onRetry, onOther }: UnavailableProps) {
  const w = payWords();
  const early = now.value > 0 && now.value < retryAt;
  return (
    <div class="form" data-testid="provider-unavailable" role="alert">
      <h2>{title}</h2>
      <p>{text}</p>
      <p class="muted">{w.stillHeld} <Countdown to={until} /></p>
      {early && <p class="muted">{w.retryIn} <Countdown to={new Date(retryAt).toISOString()} testid="retry-countdown" /></p>}
      <button type="button" class="button button--wide" disabled={busy || early} data-testid="retry" onClick={onRetry}>{w.retry}</button>
      {onOther && <button type="button" class="button button--quiet button--wide" data-testid="other-way" onClick={onOther}>{w.otherWay}</button>}
    </div>
  );
}
