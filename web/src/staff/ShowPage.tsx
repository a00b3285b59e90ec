/* A performance in the hands of its organizer: how it sells, what is told of it, and a date more. */
import { getPerformance } from "../api/calls";
import { Problem } from "../api/problem";
import { useResource } from "../app/resource";
import type { Params } from "../app/router";
import { Await, ErrorState } from "../ui/states";
import { Frame, Parts } from "./Frame";
import { NewDate } from "./NewDate";
import { Overview } from "./Overview";
import { ShowForm } from "./ShowForm";
import { staffWords } from "./words";

const parts = ["", "edit", "dates"] as const;

export default function ShowPage({ params }: { params: Params }) {
  const w = staffWords();
  const show = useResource((signal) => getPerformance(params.id, signal), [params.id]);
  const part = parts.find((one) => one === (params.part ?? ""));
  if (part === undefined) return <ErrorState problem={new Problem(404, "not_found", "", "")} />;
  const base = `/admin/performances/${encodeURIComponent(params.id)}`;
  const names = { "": w.show.overview, edit: w.show.edit, dates: w.show.dates };
  return (
    <Frame title={show.data?.title ?? w.shows} parts={<Parts label={w.show.parts} base={base} parts={parts.map((one) => [one, names[one]])} />}>
      <Await of={show}>{(found) => (
        <>
          {part === "" && <Overview show={found} reload={show.reload} />}
          {part === "edit" && <ShowForm key={found.id} show={found} saved={show.set} />}
          {part === "dates" && <NewDate show={found} />}
        </>
      )}</Await>
    </Frame>
  );
}
