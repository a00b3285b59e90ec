/* Reviews of a performance: read, liked, reported; one's own written, changed, deleted. What is typed stays with the tab until it is sent. */
import { useState } from "preact/hooks";
import { changeReview, deleteReview, likeReview, listReviews, reportReview, writeReview } from "../api/reviews";
import { reviewSorts, type Review, type ReviewSort, type ReviewText, type Reviews as ReviewPage } from "../api/shapes/review";
import { useDraft } from "../app/draft";
import { day } from "../app/format";
import { useList } from "../app/list";
import { currentPath, signInPath } from "../app/router";
import { session } from "../app/session";
import { showWords } from "../app/show-words";
import { tell } from "../app/toasts";
import { Text } from "../room/Text";
import { Field, SelectField } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";
import { More } from "../ui/More";
import { StarChoice, Stars } from "../ui/Stars";
import { Await } from "../ui/states";

export function Reviews({ performance }: { performance: string }) {
  const w = showWords().reviews;
  const [sort, setSort] = useState<ReviewSort>("recent");
  const list = useList((cursor, signal) => listReviews(performance, sort, cursor, signal), [performance, sort, session.signedIn.value]);
  const again = list.first.reload;
  return (
    <section class="wrap reviews" aria-labelledby="reviews" data-testid="reviews">
      <h2 id="reviews">{w.title}</h2>
      <Await of={list.first}>{(first) => (
        <>
          <Sum of={first as ReviewPage} />
          {list.items.length > 1 && (
            <SelectField label={w.sort} name="review-sort" value={sort} onValue={(value) => setSort(value as ReviewSort)}
              options={reviewSorts.map((one) => [one, w.sorts[one]])} />
          )}
          {list.items.length === 0 && <p class="muted" data-testid="no-reviews">{w.none}</p>}
          <ul class="reviews__list">{list.items.map((one) => <One key={one.id} review={one} changed={again} />)}</ul>
          <More of={list} />
        </>
      )}</Await>
      <Write performance={performance} sent={again} />
    </section>
  );
}

function Sum({ of: { average, count } }: { of: ReviewPage }) {
  if (average === null) return null;
  return (
    <p class="reviews__sum" data-testid="review-average">
      <Stars rating={average} /> <strong aria-hidden="true">{average.toFixed(1)}</strong> <span class="muted">{showWords().reviews.average(average, count)}</span>
    </p>
  );
}

function One({ review, changed }: { review: Review; changed(): void }) {
  const w = showWords().reviews;
  const [doing, setDoing] = useState<"" | "change" | "report">("");
  const close = () => setDoing("");
  if (doing === "change") return <li class="panel"><Change review={review} done={changed} never={close} /></li>;
  return (
    <li class="panel reviews__one" data-testid="review">
      <p class="reviews__head">
        <Stars rating={review.rating} />
        <span class="muted">{[review.author, day(review.created_at), review.updated_at && w.edited].filter(Boolean).join(" · ")}</span>
        {review.mine && <span class="badge badge--confirmed">{w.yours}</span>}
      </p>
      <h3>{review.title}</h3>
      <p class="prose">{review.content}</p>
      {review.hidden && <p class="form__problem">{w.hidden(review.hidden_reason ?? "")}</p>}
      <Acts review={review} changed={changed} open={setDoing} />
      {doing === "report" && <Report review={review.id} done={close} />}
    </li>
  );
}

function Acts({ review, changed, open }: { review: Review; changed(): void; open(what: "change" | "report"): void }) {
  const w = showWords().reviews;
  const [like, setLike] = useState(review);
  const [sure, setSure] = useState(false);
  const liking = useSending(async () => setLike({ ...review, ...(await likeReview(review.id, !like.liked)) }));
  const removing = useSending(async () => {
    await deleteReview(review.id);
    tell(w.removed);
    changed();
  });
  const small = "button button--quiet button--small";
  return (
    <div class="reviews__acts">
      {session.signedIn.value && !review.mine
        ? <button type="button" class={small} aria-pressed={like.liked} disabled={liking.busy} data-testid="like" onClick={liking.send}>{w.like} · {like.likes}</button>
        : <span class="muted">{w.likes(like.likes)}</span>}
      {session.signedIn.value && !review.mine && <button type="button" class={small} data-testid="report" onClick={() => open("report")}>{w.report}</button>}
      {review.mine && <button type="button" class={small} data-testid="change-review" onClick={() => open("change")}>{w.change}</button>}
      {review.mine && (sure
        ? <button type="button" class="button button--small" disabled={removing.busy} data-testid="remove-sure" onClick={removing.send}>{w.removeSure}</button>
        : <button type="button" class={small} data-testid="remove" onClick={() => setSure(true)}>{w.remove}</button>)}
      <FormProblem problem={liking.problem ?? removing.problem} />
    </div>
  );
}

function Report({ review, done }: { review: string; done(): void }) {
  const w = showWords().reviews;
  const [reason, setReason] = useState("");
  const { busy, problem, send } = useSending(async () => {
    await reportReview(review, reason);
    tell(w.reported);
    done();
  });
  return (
    <form class="form" onSubmit={send} data-testid="report-form">
      <FormProblem problem={problem} fields={["reason"]} />
      <Field label={w.reason} name="reason" required focus maxLength={500} value={reason} onValue={setReason} error={problem?.field("reason")} />
      <button class="button button--small" disabled={busy} data-testid="send-report">{w.sendReport}</button>
    </form>
  );
}

function Write({ performance, sent }: { performance: string; sent(): void }) {
  const w = showWords().reviews;
  const draft = useDraft<ReviewText>(`review.${performance}`);
  const [open, setOpen] = useState(Object.keys(draft.typed).length > 0);
  const { busy, problem, send } = useSending(async () => {
    await writeReview(performance, { rating: 5, title: "", content: "", ...draft.typed });
    draft.drop();
    setOpen(false);
    tell(w.sent);
    sent();
  });
  if (!session.signedIn.value) return <p><a class="button button--quiet" href={signInPath(currentPath())} data-testid="review-sign-in">{w.signIn}</a></p>;
  if (!open)
    return (
      <p>
        <button type="button" class="button button--quiet" data-testid="write" onClick={() => setOpen(true)}>{w.write}</button>{" "}
        <span class="muted small">{w.who}</span>
      </p>
    );
  return (
    <form class="panel form" onSubmit={send} data-testid="review-form">
      <h3>{w.write}</h3>
      <Fields text={draft.typed} change={draft.change} problem={problem} />
      <p class="reviews__acts">
        <button class="button" disabled={busy} data-testid="publish">{w.send}</button>
        <button type="button" class="button button--quiet" onClick={() => { draft.drop(); setOpen(false); }}>{w.never}</button>
      </p>
    </form>
  );
}

function Change({ review, done, never }: { review: Review; done(): void; never(): void }) {
  const w = showWords().reviews;
  const [text, setText] = useState<ReviewText>({ rating: review.rating, title: review.title, content: review.content });
  const { busy, problem, send } = useSending(async () => {
    await changeReview(review.id, text);
    never();
    done();
  });
  return (
    <form class="form" onSubmit={send} data-testid="change-form">
      <Fields text={text} change={(part) => setText({ ...text, ...part })} problem={problem} />
      <p class="reviews__acts">
        <button class="button" disabled={busy} data-testid="save-review">{w.save}</button>
        <button type="button" class="button button--quiet" onClick={never}>{w.never}</button>
      </p>
    </form>
  );
}

interface FieldsProps {
  text: Partial<ReviewText>;
  change(part: Partial<ReviewText>): void;
  problem: ReturnType<typeof useSending>["problem"];
}

function Fields({ text, change, problem }: FieldsProps) {
  const w = showWords().reviews;
  return (
    <>
      <FormProblem problem={problem} fields={["rating", "title", "content"]} />
      <StarChoice value={text.rating ?? 5} onValue={(rating) => change({ rating })} error={problem?.field("rating")} />
      <Field label={w.headline} name="title" required maxLength={100} value={text.title ?? ""} onValue={(title) => change({ title })} error={problem?.field("title")} />
      <Text label={w.content} name="content" rows={5} max={2000} value={text.content ?? ""} onValue={(content) => change({ content })}
        error={problem?.field("content")} />
    </>
  );
}
