/* The bar at the top: the way home, one's tickets, the language, the account. */
import { words } from "./i18n";
import { chooseLanguage, language } from "./language";
import { currentPath, place, safeReturn, signInPath } from "./router";
import { session } from "./session";

function signInHere(): string {
  const path = place.value.path;
  if (path === "/login" || path === "/signup") return signInPath(safeReturn(new URLSearchParams(place.value.query).get("return")));
  return signInPath(currentPath());
}

export function Header() {
  const w = words();
  const other = language.value === "ko" ? "en" : "ko";
  return (
    <header class="header">
      <a class="brand" href="/" aria-label="TakenSeat" data-testid="home-link">
        <svg class="brand__mark" viewBox="0 0 32 32" aria-hidden="true">
          <path class="brand__seat" d="M8 5h16a3 3 0 0 1 3 3v10H5V8a3 3 0 0 1 3-3z" />
          <path class="brand__light" d="M3 21h26v5H3z" />
        </svg>
        <span>TakenSeat</span>
      </a>
      <nav class="header__nav" aria-label={w.shell.menu}>
        <a href="/tickets" class="header__link" data-testid="tickets-link"
          aria-current={place.value.path.startsWith("/tickets") ? "page" : undefined}>{w.shell.tickets}</a>
        <button type="button" class="header__link" lang={other} data-testid="language"
          onClick={() => chooseLanguage(other)}>{other === "ko" ? "한국어" : "English"}</button>
        {session.signedIn.value ? (
          <a href="/account" class="header__link" data-testid="account-link" title={session.user.value?.email}
            aria-current={place.value.path === "/account" ? "page" : undefined}>{w.shell.account}</a>
        ) : (
          <a class="header__link header__link--strong" href={signInHere()} data-testid="sign-in-link">{w.shell.signIn}</a>
        )}
      </nav>
    </header>
  );
}
