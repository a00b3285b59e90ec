/* The words of the pages for those who organize, loaded with them. */
import { catalogue, type Loose } from "../app/i18n";
import { staffEn } from "./words.en";
import { staffKo } from "./words.ko";

export type StaffWords = Loose<typeof staffKo>;

export const staffWords = catalogue<typeof staffKo>(staffKo, staffEn);
