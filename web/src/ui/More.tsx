/* The button below a list that the server gives page by page, and what kept the next page from coming. */
import { words } from "../app/i18n";
import type { Listing } from "../app/list";
import { FormProblem } from "./Form";

export function More({ of }: { of: Listing<unknown> }) {
  return (
    <>
      <FormProblem problem={of.more.problem} />
      {of.next && <button type="button" class="button button--quiet more" disabled={of.more.busy} data-testid="more" onClick={of.more.send}>{words().home.more}</button>}
    </>
  );
}
