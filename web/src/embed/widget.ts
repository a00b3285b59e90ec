/* /widget.js, on an organizer's own page (docs/widget.md): puts a frame with a performance after its script tag and makes it as tall as what is in it.
 * It stands alone, takes nothing from the page but the attributes of its tag, and leaves nothing behind in it. */
export {};

/* Classic scripts share their names with the page: ours stay in here. */
(() => {
  /* A frame that has not spoken by then was refused: the page is not on the organizer's list, or the network is gone. */
  const patience = 10_000;
  const tallest = 10_000;

  function show(script: HTMLScriptElement, performance: string): void {
    const { origin } = new URL(script.src);
    const address = new URL(`/embed/${encodeURIComponent(performance)}`, origin);
    const { lang, theme, title = "TakenSeat" } = script.dataset;
    if (lang) address.searchParams.set("lang", lang);
    if (theme) address.searchParams.set("theme", theme);

    const frame = document.createElement("iframe");
    Object.assign(frame, { src: address.href, title, loading: "lazy" });
    frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-popups allow-popups-to-escape-sandbox");
    Object.assign(frame.style, { width: "100%", height: "320px", border: "0", display: "block", colorScheme: "normal" });
    script.after(frame);

    let waiting: ReturnType<typeof setTimeout> | undefined;
    frame.addEventListener("load", () => (waiting ??= setTimeout(() => giveUp(frame, origin, performance, title), patience)));
    addEventListener("message", (event) => {
      if (event.origin !== origin || event.source !== frame.contentWindow) return;
      const height = Number((event.data as { takenseat?: { height?: unknown } } | null)?.takenseat?.height);
      if (!(height > 0)) return;
      clearTimeout(waiting);
      frame.style.height = `${Math.min(Math.ceil(height), tallest)}px`;
    });
  }

  function giveUp(frame: HTMLIFrameElement, origin: string, performance: string, title: string): void {
    const link = document.createElement("a");
    Object.assign(link, { href: `${origin}/performances/${encodeURIComponent(performance)}`, target: "_blank", rel: "noopener", textContent: title });
    frame.replaceWith(link);
  }

  const script = document.currentScript;
  if (script instanceof HTMLScriptElement && script.dataset.performance) show(script, script.dataset.performance);
  else console.error("TakenSeat: the script tag needs data-performance");
})();
