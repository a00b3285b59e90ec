/* A clock that runs to a moment of the server's time. */
import { useEffect } from "preact/hooks";
import { now } from "../app/clock";
import { clockFace } from "../app/format";
import { words } from "../app/i18n";

export function Countdown({ to, onEnd, testid }: { to: string; onEnd?: () => void; testid?: string }) {
  const left = Date.parse(to) - now.value;
  const over = now.value > 0 && left <= 0;
  useEffect(() => {
    if (!over || !onEnd) return;
    /* Spread, so that a crowd that waits for the same moment does not ask in step; again while nothing changed. */
    let timer = setTimeout(function end() {
      onEnd();
      timer = setTimeout(end, 3000);
    }, 200 + Math.random() * 1000);
    return () => clearTimeout(timer);
  }, [over, to]);
  const { days, face } = clockFace(now.value > 0 ? left : Date.parse(to) - Date.now());
  return (
    <time class="countdown" role="timer" dateTime={to} data-testid={testid ?? "countdown"}>
      {days > 0 && <span>{words().units.days(days)} </span>}{face}
    </time>
  );
}
