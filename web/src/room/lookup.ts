/* Whose place is meant by what somebody has pasted. */
export type Whose = { user_id: string } | { token: string };

/* Null: words to search for. */
export function whoseOf(text: string): Whose | null {
  const word = text.trim().replace(/^.*\/wait\//, "").replace(/[?#].*$/, "");
  if (/^[0-9a-z]{13}$/.test(word)) return { user_id: word };
  return /^[\w.-]{40,512}$/.test(word) ? { token: word } : null;
}
