/* The way between the pages about money, as far as one's roles go. */
import { moneyWords } from "../app/money-words";
import { pages } from "../app/pages";
import { place } from "../app/router";
import { mayEnter } from "../app/roles";

const links = [
  ["/admin/money", "cases"],
  ["/admin/reconciliations", "reconciliations"],
  ["/settlements", "settlements"],
  ["/settings/payments", "accounts"],
] as const;

export function MoneyNav() {
  const w = moneyWords();
  const open = links.filter(([path]) => pages.some((page) => page.pattern === path && mayEnter(page)));
  return (
    <nav class="staff__nav" aria-label={w.nav} data-testid="money-nav">
      {open.map(([path, name]) => (
        <a key={path} href={path} aria-current={place.value.path.startsWith(path) ? "page" : undefined}>{w[name]}</a>
      ))}
    </nav>
  );
}
