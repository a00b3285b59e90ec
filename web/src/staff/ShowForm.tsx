/* What is told of a performance: made with it, or changed; its poster; and its end. */
import { useState } from "preact/hooks";
import { changeShow, createShow, deleteShow, putPoster, type ShowFacts } from "../api/staff";
import { genres, type Genre, type Performance } from "../api/shapes/performance";
import { useDraft } from "../app/draft";
import { count } from "../app/format";
import { words } from "../app/i18n";
import { navigate } from "../app/router";
import { tell } from "../app/toasts";
import { Sure } from "../room/Sure";
import { Text } from "../room/Text";
import { Unsaved } from "../room/Unsaved";
import { Field, SelectField } from "../ui/Field";
import { FormProblem, useSending } from "../ui/Form";
import { Poster } from "../ui/Poster";
import { Refusals } from "./Refusals";
import { castOf, castText, whole } from "./typed";
import { staffWords } from "./words";

type Typed = Record<"title" | "title_en" | "genre" | "description" | "age_rating" | "runtime_minutes" | "casting" | "max_tickets_per_user", string>;

const ages = [0, 7, 12, 15, 19];
const fields = ["title", "title_en", "genre", "description", "age_rating", "runtime_minutes", "max_tickets_per_user"];

const typedOf = (show?: Performance): Typed => ({
  title: show?.title ?? "", title_en: show?.title_en ?? "", genre: show?.genre ?? "musical", description: show?.description ?? "",
  age_rating: String(show?.age_rating ?? 0), runtime_minutes: String(show?.runtime_minutes ?? 120), casting: castText(show?.casting ?? show?.cast ?? []),
  max_tickets_per_user: String(show?.max_tickets_per_user ?? 4),
});

const factsOf = (form: Typed): ShowFacts => ({
  title: form.title, title_en: form.title_en, genre: form.genre as Genre, description: form.description, age_rating: Number(form.age_rating),
  runtime_minutes: whole(form.runtime_minutes) ?? 0, casting: castOf(form.casting), max_tickets_per_user: whole(form.max_tickets_per_user) ?? 0,
});

const numbers = ["runtime_minutes", "max_tickets_per_user"] as const;

export function ShowForm({ show, saved }: { show?: Performance; saved?(show: Performance): void }) {
  const w = staffWords();
  const { typed, change, drop } = useDraft<Typed>(`show.${show?.id ?? "new"}`);
  const [wrong, setWrong] = useState<string[]>([]);
  const form = { ...typedOf(show), ...typed };
  const { busy, problem, send } = useSending(async () => {
    const bad = numbers.filter((name) => whole(form[name]) === null);
    setWrong(bad);
    if (bad.length > 0) return;
    const facts = factsOf(form);
    const after = show ? await changeShow(show.id, facts) : await createShow(facts);
    drop();
    if (show) {
      saved?.(after);
      tell(w.saved);
    } else {
      tell(w.show.created);
      navigate(`/admin/performances/${encodeURIComponent(after.id)}/dates`, { replace: true });
    }
  });
  const field = (name: keyof Typed) => ({
    name, value: form[name], onValue: (value: string) => change({ [name]: value }), error: wrong.includes(name) ? w.whole : problem?.field(name),
  });
  return (
    <>
      <form class="panel form" noValidate onSubmit={send} data-testid="show-form">
        <Refusals problem={problem} fields={fields} />
        <Field label={w.show.title} {...field("title")} />
        <Field label={w.show.title_en} hint={w.show.titleEnHint} {...field("title_en")} />
        <SelectField label={w.show.genre} {...field("genre")} options={genres.map((one) => [one, words().genre[one]])} />
        <SelectField label={w.show.age} {...field("age_rating")} options={ages.map((age) => [String(age), age ? w.show.ages(count(age)) : w.show.everybody])} />
        <Field label={w.show.runtime} {...field("runtime_minutes")} />
        <Field label={w.show.limit} hint={w.show.limitHint} {...field("max_tickets_per_user")} />
        <Text label={w.show.description} rows={6} {...field("description")} />
        <Text label={w.show.casting} rows={4} hint={w.show.castingHint} {...field("casting")} />
        <div class="cancel__actions">
          <button class="button" disabled={busy} data-testid="save-show">{show ? w.save : w.show.create}</button>
          <Unsaved typed={typed} drop={drop} />
        </div>
      </form>
      {show && <PosterForm show={show} saved={(after) => saved?.(after)} />}
      {show && <Removal show={show} />}
    </>
  );
}

function PosterForm({ show, saved }: { show: Performance; saved(show: Performance): void }) {
  const w = staffWords().show;
  const [file, setFile] = useState<File | null>(null);
  const { busy, problem, send } = useSending(async () => {
    if (!file) return;
    saved(await putPoster(show.id, file));
    tell(w.posterDone);
  });
  return (
    <form class="panel form" onSubmit={send} data-testid="poster-form">
      <h2>{w.poster}</h2>
      <div class="staff__poster"><Poster title={show.title} genre={show.genre} url={show.poster_url} /></div>
      <FormProblem problem={problem} />
      <label class="field"><span>{w.posterHint}</span>
        <input type="file" accept="image/jpeg,image/png,image/webp" data-testid="field-poster" onChange={(event) => setFile(event.currentTarget.files?.[0] ?? null)} />
      </label>
      <div><button class="button" disabled={busy || !file} data-testid="save-poster">{busy ? w.posterBusy : w.poster}</button></div>
    </form>
  );
}

function Removal({ show }: { show: Performance }) {
  const w = staffWords().show;
  const [asked, setAsked] = useState(false);
  const remove = async () => {
    await deleteShow(show.id);
    tell(w.removed);
    navigate("/admin", { replace: true });
  };
  return (
    <section class="panel form" aria-labelledby="remove">
      <h2 id="remove">{w.remove}</h2>
      <p class="muted">{w.removeHint}</p>
      {asked
        ? <Sure sentence={w.sureRemove(show.title)} act={remove} onEnd={() => setAsked(false)} />
        : <div><button type="button" class="button button--quiet" data-testid="remove-show" onClick={() => setAsked(true)}>{w.remove}</button></div>}
    </section>
  );
}
