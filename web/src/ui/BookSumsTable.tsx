/* What moved on a day, on both sides; what is not the same stands out. */
import type { BookSums } from "../api/shapes/payment";
import { money } from "../app/format";
import { moneyWords } from "../app/money-words";

export function BookSumsTable({ sums }: { sums: BookSums[] }) {
  const w = moneyWords().books;
  if (sums.length === 0) return null;
  return (
    <table class="staff__table" data-testid="sums">
      <thead><tr><th scope="col"><span class="visually-hidden">{w.day}</span></th><th scope="col" class="num">{w.there}</th><th scope="col" class="num">{w.here}</th></tr></thead>
      <tbody>
        {sums.flatMap((sum) => [
          [w.charged, sum.charged_there, sum.charged_here] as const,
          [w.refunded, sum.refunded_there, sum.refunded_here] as const,
        ].map(([name, there, here]) => (
          <tr key={`${name} ${sum.currency}`} class={there === here ? undefined : "staff__differs"}>
            <th scope="row">{name}</th>
            <td class="num">{money({ amount: there, currency: sum.currency })}</td>
            <td class="num">{money({ amount: here, currency: sum.currency })}</td>
          </tr>
        )))}
      </tbody>
    </table>
  );
}
