/* The words of the pages about money, loaded with them. */
import { catalogue, type Loose } from "./i18n";
import { moneyEn } from "./words.money.en";
import { moneyKo } from "./words.money.ko";

export type MoneyWords = Loose<typeof moneyKo>;

export const moneyWords = catalogue<typeof moneyKo>(moneyKo, moneyEn);
