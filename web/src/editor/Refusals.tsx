/* A refusal with each thing it names: a plan may be wrong in many places at once. */
import type { Problem } from "../api/problem";
import { count } from "../app/format";
import { FormProblem } from "../ui/Form";
import { editorWords } from "./words";

const most = 30;

export function Refusals({ problem, lead }: { problem: Problem | null; lead?: string }) {
  const w = editorWords();
  if (!problem) return null;
  if (problem.fields.length === 0) return <FormProblem problem={problem} />;
  return (
    <div class="form__problem" role="alert" data-testid="refusals">
      <p>{lead ?? problem.detail}</p>
      <ul class="editor__refusals">
        {problem.fields.slice(0, most).map(({ field, message }) => <li key={field}><code>{field}</code> {message}</li>)}
      </ul>
      {problem.fields.length > most && <p>{w.import.more(count(problem.fields.length - most))}</p>}
    </div>
  );
}
