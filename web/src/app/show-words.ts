/* The words of the page of a performance, loaded with it. */
import { catalogue, type Loose } from "./i18n";
import { showEn } from "./words.show.en";
import { showKo } from "./words.show.ko";

export type ShowWords = Loose<typeof showKo>;

export const showWords = catalogue<typeof showKo>(showKo, showEn);
