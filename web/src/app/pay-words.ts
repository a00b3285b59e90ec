/* The words of paying, loaded with the pages that say them. */
import { catalogue, type Loose } from "./i18n";
import { payEn } from "./words.pay.en";
import { payKo } from "./words.pay.ko";

export type PayWords = Loose<typeof payKo>;

export const payWords = catalogue<typeof payKo>(payKo, payEn);

/* A provider that is new to this client goes by its own word. */
export function providerName(provider: string): string {
  return payWords().provider[provider as keyof PayWords["provider"]] ?? provider;
}
