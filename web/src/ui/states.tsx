/* The states every page shares: loading, empty, failed, offline. */
import type { ComponentChildren } from "preact";
import type { Problem } from "../api/problem";
import { words, type Words } from "../app/i18n";
import type { Resource } from "../app/resource";

export function Loading() {
  return (
    <div class="loading" role="status" data-testid="loading">
      <span class="loading__seat" /><span class="loading__seat" /><span class="loading__seat" />
      <span class="visually-hidden">{words().states.loading}</span>
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
  return (
    <div role="alert">
      <Notice title={title} text={detail} tone="warn" testid={problem.offline ? "offline" : "error"}>
        {retry && <button type="button" class="button" data-testid="retry" onClick={retry}>{words().states.retry}</button>}
        <a class="button button--quiet" href="/">{words().shell.toHome}</a>
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
