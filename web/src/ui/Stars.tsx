/* Stars, as a picture with its words, and as a choice. */
import { showWords } from "../app/show-words";

export function Stars({ rating }: { rating: number }) {
  const whole = Math.round(rating);
  return (
    <span class="stars">
      <span aria-hidden="true">{"★".repeat(whole)}{"☆".repeat(5 - whole)}</span>
      <span class="visually-hidden">{showWords().reviews.stars(rating)}</span>
    </span>
  );
}

export function StarChoice({ value, onValue, error }: { value: number; onValue(value: number): void; error?: string }) {
  const w = showWords().reviews;
  return (
    <fieldset class="starchoice">
      <legend>{w.rating}</legend>
      {[1, 2, 3, 4, 5].map((n) => (
        <label key={n} class={n <= value ? "starchoice--on" : ""}>
          <input type="radio" class="visually-hidden" name="rating" value={n} checked={value === n} data-testid={`star-${n}`} onChange={() => onValue(n)} />
          <span aria-hidden="true">★</span>
          <span class="visually-hidden">{w.stars(n)}</span>
        </label>
      ))}
      {error && <p class="field__error">{error}</p>}
    </fieldset>
  );
}
