/* What is around every page: header, the page itself, footer, news. */
import { useEffect, useErrorBoundary, useState } from "preact/hooks";
import { getMe } from "../api/calls";
import { ErrorState, Loading, Notice } from "../ui/states";
import { asProblem, networkProblem, type Problem } from "../api/problem";
import { Footer } from "./Footer";
import { Header } from "./Header";
import { words } from "./i18n";
import { language } from "./language";
import { online } from "./network";
import { findPage, type PageComponent } from "./pages";
import { currentPath, navigate, place, signInPath, type Params } from "./router";
import { mayEnter } from "./roles";
import { session } from "./session";
import type SignInAgain from "./SignInAgain";
import { dismiss, toasts } from "./toasts";

export function Shell() {
  const w = words();
  const found = findPage(place.value.path);
  const lapsed = session.lapsed.value;
  const personal = found?.page.personal === true;
  const barred = personal && !session.signedIn.value && !lapsed;

  useEffect(() => {
    document.documentElement.lang = language.value;
  }, [language.value]);

  useEffect(() => {
    if (barred) navigate(signInPath(currentPath()), { replace: true });
  }, [barred]);

  const unknown = useWhoIAm();

  return (
    <>
      <a class="skip" href="#main">{w.shell.skip}</a>
      <Header />
      {!online.value && <p class="offline-bar" role="status">{w.shell.offline}</p>}
      <main id="main" tabIndex={-1} class={found?.page.stage ? "main main--stage" : "main"}>
        {!barred && <Entrance found={found} unknown={unknown} />}
      </main>
      {!found?.page.stage && <Footer />}
      {personal && lapsed && <Again email={lapsed.email} />}
      <div class="toasts" role="status" aria-live="polite">
        {toasts.value.map((toast) => (
          <button key={toast.id} type="button" class={`toast toast--${toast.tone}`} data-testid="toast"
            onClick={() => dismiss(toast.id)}>{toast.text}</button>
        ))}
      </div>
    </>
  );
}

/* Loaded when it is needed, which is seldom. */
function Again({ email }: { email: string | null }) {
  const [Dialog, setDialog] = useState<typeof SignInAgain | null>(null);
  useEffect(() => {
    import("./SignInAgain").then((module) => setDialog(() => module.default), () => session.end());
  }, []);
  return Dialog && <Dialog email={email} />;
}

/* Learns whose session it is; why not, if that cannot be read. */
function useWhoIAm(): Problem | null {
  const [problem, setProblem] = useState<Problem | null>(null);
  useEffect(() => {
    if (!session.signedIn.value || session.user.value) return;
    getMe().then((me) => (session.user.value = me), (error) => setProblem(asProblem(error)));
  }, [session.signedIn.value]);
  return problem;
}

/* A page that is for some roles waits until it is known who is there; for others it does not exist. */
function Entrance({ found, unknown }: { found: ReturnType<typeof findPage>; unknown: Problem | null }) {
  if (found?.page.roles && !session.user.value) return unknown ? <ErrorState problem={unknown} retry={reload} /> : <Loading />;
  if (!found || !mayEnter(found.page)) return <NotFound />;
  return <LazyPage key={found.page.pattern + JSON.stringify(found.params)} {...found} />;
}

function LazyPage({ page, params }: NonNullable<ReturnType<typeof findPage>>) {
  const [Page, setPage] = useState<PageComponent | null>(null);
  const [failed, setFailed] = useState<Problem | null>(null);
  const [broken] = useErrorBoundary((error) => console.error(error));

  useEffect(() => {
    page.load().then((module) => setPage(() => module.default), () => setFailed(networkProblem()));
    document.getElementById("main")?.focus({ preventScroll: true });
  }, []);

  useEffect(() => {
    if (!failed) return;
    addEventListener("online", reload);
    return () => removeEventListener("online", reload);
  }, [failed]);

  if (failed || broken) return <ErrorState problem={failed ?? asProblem(broken)} retry={reload} />;
  return Page ? <Page params={params as Params} /> : <Loading />;
}

const reload = () => location.reload();

function NotFound() {
  const w = words();
  useTitle(w.shell.notFound);
  return (
    <Notice title={w.shell.notFound} text={w.shell.notFoundText}>
      <a class="button" href="/">{w.shell.toHome}</a>
    </Notice>
  );
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = title ? `${title} · TakenSeat` : "TakenSeat";
  }, [title]);
}
