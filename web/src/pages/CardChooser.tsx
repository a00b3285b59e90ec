/* The sandbox has no card form: one chooses how the provider shall answer. Marked as a test wherever it shows. */
import { useState } from "preact/hooks";
import type { Money } from "../api/shapes/common";
import { money } from "../app/format";
import { words } from "../app/i18n";

const cards = [
  "sandbox-ok", "sandbox-decline", "sandbox-timeout", "sandbox-late", "sandbox-wrong-amount", "sandbox-duplicate-webhook",
] as const;
type SandboxCard = (typeof cards)[number];

export function CardChooser({ due, busy, onPay }: { due: Money; busy: boolean; onPay(card: string): Promise<void> }) {
  const w = words();
  const [card, setCard] = useState<SandboxCard>("sandbox-ok");
  return (
    <form class="sandbox" data-testid="sandbox" onSubmit={(event) => { event.preventDefault(); void onPay(card); }}>
      <p class="sandbox__mark">{w.sandbox.mark}</p>
      <fieldset>
        <legend>{w.sandbox.legend}</legend>
        {cards.map((name) => (
          <label key={name} class="sandbox__card">
            <input type="radio" name="card" value={name} checked={card === name} data-testid={`card-${name}`}
              onChange={() => setCard(name)} />
            <span><b>{w.sandbox.cards[name][0]}</b><small>{w.sandbox.cards[name][1]}</small></span>
          </label>
        ))}
      </fieldset>
      <button class="button button--wide" disabled={busy} data-testid="pay">
        {busy ? w.checkout.paying : w.checkout.pay(money(due))}
      </button>
    </form>
  );
}
