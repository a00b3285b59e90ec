/* Below every page but the stages: who we are, and light or dark. */
import { words } from "./i18n";
import { chooseTheme, theme, themes } from "./theme";

export function Footer() {
  const w = words().shell;
  return (
    <footer class="footer">
      <p>{w.footer}</p>
      <div class="segments" role="group" aria-label={w.theme}>
        {themes.map((one) => (
          <button key={one} type="button" aria-pressed={theme.value === one} data-testid={`theme-${one}`} onClick={() => chooseTheme(one)}>{w.themes[one]}</button>
        ))}
      </div>
    </footer>
  );
}
