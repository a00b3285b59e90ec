/* The words of the pages. Both catalogues have the same type, so neither can lack a word of the other. */
import { language, type Language } from "./language";
import { en } from "./words.en";
import { ko } from "./words.ko";

/* Literal texts become string; a sentence with a gap stays a function of what fills it. */
export type Loose<T> = { [K in keyof T]: T[K] extends string ? string : T[K] extends (...args: never[]) => string ? T[K] : Loose<T[K]> };
export type Words = Loose<typeof ko>;

export const catalogues: Record<Language, Words> = { ko, en };

/* The words of a part of the client that is loaded with that part. */
export const catalogue = <T>(korean: T, english: Loose<T>) => (): Loose<T> => (language.value === "ko" ? (korean as Loose<T>) : english);

/* Read inside a component, it follows the chosen language. */
export function words(): Words {
  return catalogues[language.value];
}
