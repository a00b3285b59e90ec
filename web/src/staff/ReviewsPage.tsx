/* Reviews that somebody has reported, and those that are hidden. */
import { useState } from "preact/hooks";
import { dropReports, hideReview, listStaffReviews, showReview, type StaffReview } from "../api/staff";
import { count, day } from "../app/format";
import { useList } from "../app/list";
import { tell } from "../app/toasts";
import { Field, SelectField } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";
import { More } from "../ui/More";
import { Await, Notice } from "../ui/states";
import { useFilter } from "./filter";
import { Frame } from "./Frame";
import { staffWords } from "./words";

export default function ReviewsPage() {
  const w = staffWords();
  const [{ status = "reported" }, change] = useFilter(["status"]);
  const list = useList((cursor, signal) => listStaffReviews(status, cursor, signal), [status]);
  return (
    <Frame title={w.reviews}>
      <div class="staff__filter">
        <SelectField label={w.review.status} name="status" value={status} onValue={(value) => change({ status: value })}
          options={[["reported", w.review.reported], ["hidden", w.review.hidden]]} />
      </div>
      <Await of={list.first}>{() => (list.items.length === 0
        ? <Notice title={w.review.none} text={w.review.noneText} testid="empty" />
        : (
          <>
            <ul class="staff__list" data-testid="reviews">{list.items.map((one) => <Review key={one.id} review={one} onDone={list.first.reload} />)}</ul>
            <More of={list} />
          </>
        ))}</Await>
    </Frame>
  );
}

function Review({ review, onDone }: { review: StaffReview; onDone(): void }) {
  const w = staffWords();
  const [hiding, setHiding] = useState(false);
  const [reason, setReason] = useState("");
  const done = () => {
    tell(w.review.done);
    setHiding(false);
    onDone();
  };
  const hide = useSending(() => hideReview(review.id, reason).then(done));
  const unhide = useSending(() => showReview(review.id).then(done));
  const drop = useSending(() => dropReports(review.id).then(done));
  return (
    <li class="panel staff__one" data-testid="review">
      <h2>{review.title}</h2>
      <p class="muted">{[review.author, w.review.stars(count(review.rating)), day(review.created_at)].join(" · ")}</p>
      <p>{review.content}</p>
      {review.open_reports > 0 && <p><span class="badge badge--pending">{w.review.reports(count(review.open_reports))}</span> {review.reasons.join(" / ")}</p>}
      {review.hidden && review.hidden_reason && <p>{w.review.because(review.hidden_reason)}</p>}
      <FormProblem problem={unhide.problem ?? drop.problem} />
      {hiding ? (
        <form class="form" onSubmit={hide.send} data-testid="hide-form">
          <FormProblem problem={hide.problem} fields={["reason"]} />
          <Field label={w.review.hideWhy} name="reason" required focus hint={w.review.hideHint} value={reason} onValue={setReason} error={hide.problem?.field("reason")} />
          <div class="cancel__actions">
            <button class="button button--small" disabled={hide.busy} data-testid="hide">{w.review.hide}</button>
            <button type="button" class="button button--quiet button--small" onClick={() => setHiding(false)}>{w.back}</button>
          </div>
        </form>
      ) : (
        <div class="cancel__actions">
          {review.hidden
            ? <button type="button" class="button button--quiet button--small" disabled={unhide.busy} data-testid="unhide" onClick={unhide.send}>{w.review.unhide}</button>
            : <button type="button" class="button button--quiet button--small" data-testid="begin-hide" onClick={() => setHiding(true)}>{w.review.hide}</button>}
          {review.open_reports > 0 && <button type="button" class="button button--quiet button--small" disabled={drop.busy} data-testid="drop-reports" onClick={drop.send}>{w.review.drop}</button>}
        </div>
      )}
    </li>
  );
}
