/* Forms: what became of sending one, and what is shown of a refusal. */
import { useMemo, useState } from "preact/hooks";
import { asProblem, type Problem } from "../api/problem";
import { serverNow } from "../app/clock";
import { words } from "../app/i18n";
import { Countdown } from "./Countdown";
import { problemText } from "./states";

export interface Sending {
  busy: boolean;
  problem: Problem | null;
  /* For onSubmit; also without an event. */
  send(event?: Event): void;
}

/* One request at a time; `refused` may take a problem upon itself by returning true. */
export function useSending(work: () => Promise<unknown>, refused?: (problem: Problem) => boolean): Sending {
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);

  async function carryOut() {
    setBusy(true);
    setProblem(null);
    try {
      await work();
    } catch (error) {
      const met = asProblem(error);
      if (!refused?.(met)) setProblem(met);
    } finally {
      setBusy(false);
    }
  }

  return {
    busy,
    problem,
    send(event) {
      event?.preventDefault();
      if (!busy) void carryOut();
    },
  };
}

/* What no field of the form can say. */
export function FormProblem({ problem, fields = [] }: { problem: Problem | null; fields?: string[] }) {
  if (!problem || problem.fields.some((error) => fields.includes(error.field))) return null;
  if (problem.status === 429 && problem.retryAfterMs) return <Wait problem={problem} ms={problem.retryAfterMs} />;
  const { title, detail } = problemText(problem);
  return <p class="form__problem" role="alert" data-testid="form-problem">{detail || title}</p>;
}

function Wait({ problem, ms }: { problem: Problem; ms: number }) {
  const until = useMemo(() => new Date(serverNow() + ms).toISOString(), [problem]);
  return (
    <p class="form__problem" role="alert" data-testid="form-problem">
      {words().account.waitFor} <Countdown to={until} testid="wait-countdown" />
    </p>
  );
}
