/* The front page before anything is asked: what can be bought, what opens soon, what others go to, and what may please. */
import { findPerformances, getRanking, getRecommended } from "../api/catalogue";
import type { Performance } from "../api/shapes/performance";
import { words } from "../app/i18n";
import { useResource, type Resource } from "../app/resource";
import { session } from "../app/session";
import { Cards } from "../ui/Cards";
import { Await, Notice } from "../ui/states";

const shelf = 8;

export function Shelves() {
  const w = words().home;
  const onSale = useResource((signal) => findPerformances({ status: "on_sale", sort: "popular" }, null, shelf, signal), []);
  const soon = useResource((signal) => findPerformances({ status: "upcoming", sort: "soonest" }, null, shelf, signal), []);
  const ranking = useResource((signal) => getRanking(shelf, signal), []);
  const forYou = useResource(async (signal) => (session.signedIn.value ? getRecommended(shelf, signal) : { items: [] }), [session.signedIn.value]);
  const opened = () => {
    onSale.reload();
    soon.reload();
  };
  return (
    <Await of={onSale}>
      {(first) => (
        <>
          <Shelf title={w.onSale} more="/?status=on_sale&sort=popular" of={onSale} opened={opened} testid="performances" />
          <Shelf title={w.soon} more="/?status=upcoming&sort=soonest" of={soon} opened={opened} testid="soon" />
          <Shelf title={w.forYou} of={forYou} opened={opened} testid="for-you" />
          <Shelf title={w.ranking} of={ranking} opened={opened} testid="ranking" />
          {first.items.length === 0 && soon.data?.items.length === 0 && <Notice title={w.nothing} text={w.nothingText} testid="empty" />}
          <p class="home__all"><a class="button button--quiet" href="/?sort=newest" data-testid="browse">{w.browse}</a></p>
        </>
      )}
    </Await>
  );
}

/* One row of cards; it is not there while it has none. */
function Shelf({ title, more, of, opened, testid }: { title: string; more?: string; of: Resource<{ items: Performance[] }>; opened(): void; testid: string }) {
  const items = of.data?.items ?? [];
  if (items.length === 0) return null;
  return (
    <section class="shelf" aria-labelledby={`shelf-${testid}`}>
      <div class="shelf__head">
        <h2 id={`shelf-${testid}`}>{title}</h2>
        {more && <a href={more} aria-label={`${title}: ${words().home.shelfAll}`}>{words().home.shelfAll}</a>}
      </div>
      <Cards items={items} opened={opened} testid={testid} />
    </section>
  );
}
