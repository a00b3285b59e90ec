/* What a server has against a request: what no field of the form says beside itself is listed above it. */
import type { Problem } from "../api/problem";
import { count } from "../app/format";
import { FormProblem } from "../ui/Form";
import { staffWords } from "./words";

/* `fields`: those that show their message themselves. */
export function Refusals({ problem, fields = [] }: { problem: Problem | null; fields?: string[] }) {
  const rest = problem?.fields.filter(({ field }) => !fields.includes(field)) ?? [];
  if (!problem || problem.fields.length === 0) return <FormProblem problem={problem} />;
  if (rest.length === 0) return null;
  return (
    <div class="form__problem" role="alert" data-testid="refusals">
      <p>{staffWords().refusals(count(rest.length))}</p>
      <ul>{rest.map(({ field, message }) => <li key={field}><code>{field}</code> {message}</li>)}</ul>
    </div>
  );
}
