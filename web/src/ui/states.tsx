/* The states every page shares: loading, empty, failed, offline. */
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Problem } from "../api/problem";
import { serverNow } from "../app/clock";
import { words, type Words } from "../app/i18n";
import type { Resource } from "../app/resource";
import { session } from "../app/session";
import { Countdown } from "./Countdown";

/* After so long it is said that the network is slow, and not the person's fault. */
const slowAfter = 4_000;

export function Loading() {
  const w = words().states;
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), slowAfter);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="loading" role="status" data-testid="loading">
      <p class="loading__seats" aria-hidden="true"><span class="loading__seat" /><span class="loading__seat" /><span class="loading__seat" /></p>
      {slow ? <h1 class="loading__slow" data-testid="slow">{w.slow}</h1> : <span class="visually-hidden">{w.loading}</span>}
    </div>
  );
}

export function Notice(props: { title: string; text?: string; tone?: "plain" | "warn"; testid?: string; children?: ComponentChildren }) {
  return (
    <section class={`notice notice--${props.tone ?? "plain"}`} data-testid={props.testid ?? "notice"}>
      <h1 class="notice__title">{props.title}</h1>
      {props.text && <p>{props.text}</p>}
      {props.children && <div class="notice__actions">{props.children}</div>}
    </section>
  );
}

export function problemText(problem: Problem): { title: string; detail: string } {
  const w = words().states;
  if (problem.offline) return { title: w.offlineTitle, detail: w.offlineText };
  if (problem.code === "client") return { title: w.failedTitle, detail: w.brokenText };
  const known = words().refusal[problem.code as keyof Words["refusal"]];
  if (known) return { title: w.failedTitle, detail: known };
  if (problem.status === 404) return { title: problem.title || w.missingTitle, detail: problem.detail || w.missingText };
  return { title: problem.title || w.failedTitle, detail: problem.detail || w.failedText };
}

export function ErrorState({ problem, retry }: { problem: Problem; retry?: () => void }) {
  const { title, detail } = problemText(problem);
  useSignedInAgain(problem, retry);
  if (retry && problem.retryAfterMs && (problem.status === 429 || problem.status === 503)) return <Busy problem={problem} ms={problem.retryAfterMs} retry={retry} />;
  return (
    <div role="alert">
      <Notice title={title} text={detail} tone="warn" testid={problem.offline ? "offline" : "error"}>
        {retry && <button type="button" class="button" data-testid="retry" onClick={retry}>{words().states.retry}</button>}
        <a class="button button--quiet" href="/">{words().shell.toHome}</a>
      </Notice>
    </div>
  );
}

/* What was refused since the session had ended is tried again when one has signed in. */
function useSignedInAgain(problem: Problem, retry?: () => void): void {
  const signedIn = session.signedIn.value;
  const before = useRef(signedIn);
  useEffect(() => {
    if (problem.status === 401 && signedIn && !before.current) retry?.();
    before.current = signedIn;
  }, [signedIn]);
}

/* Too many ask, or the server cannot now. It has said when to come again, and that is what happens then, by itself. */
function Busy({ problem, ms, retry }: { problem: Problem; ms: number; retry(): void }) {
  const w = words().states;
  const until = useMemo(() => new Date(serverNow() + ms).toISOString(), [problem]);
  const many = problem.status === 429;
  return (
    <div role="status">
      <Notice title={many ? w.manyTitle : w.busyTitle} text={problem.detail || (many ? w.manyText : w.busyText)} tone="warn" testid={many ? "too-many" : "busy"}>
        <p>{w.againIn} <Countdown to={until} onEnd={retry} testid="retry-countdown" /></p>
        <button type="button" class="button button--quiet" data-testid="retry" onClick={retry}>{w.retry}</button>
      </Notice>
    </div>
  );
}

/* Shows `children` once the resource is here, and the fitting state until then. */
export function Await<T>({ of, children }: { of: Resource<T>; children: (data: T) => ComponentChildren }) {
  if (of.data !== null) return <>{children(of.data)}</>;
  if (of.problem) return <ErrorState problem={of.problem} retry={of.reload} />;
  return <Loading />;
}
