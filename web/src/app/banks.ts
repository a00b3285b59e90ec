/* Korean banks by the codes that providers use: code, name in Korean, name in English. */
import { language } from "./language";

const banks: [code: string, korean: string, english: string][] = [
  ["06", "KB국민은행", "KB Kookmin Bank"], ["88", "신한은행", "Shinhan Bank"], ["20", "우리은행", "Woori Bank"], ["81", "하나은행", "Hana Bank"],
  ["11", "NH농협은행", "NongHyup Bank"], ["03", "IBK기업은행", "Industrial Bank of Korea"], ["90", "카카오뱅크", "KakaoBank"],
  ["92", "토스뱅크", "Toss Bank"], ["89", "케이뱅크", "K bank"], ["23", "SC제일은행", "SC First Bank"], ["27", "한국씨티은행", "Citibank Korea"],
  ["31", "iM뱅크", "iM Bank"], ["32", "부산은행", "Busan Bank"], ["39", "경남은행", "Kyongnam Bank"], ["34", "광주은행", "Kwangju Bank"],
  ["37", "전북은행", "Jeonbuk Bank"], ["35", "제주은행", "Jeju Bank"], ["02", "KDB산업은행", "Korea Development Bank"],
  ["07", "Sh수협은행", "Suhyup Bank"], ["12", "단위농협", "Local NongHyup"], ["45", "새마을금고", "MG Community Credit"], ["48", "신협", "Credit unions"],
  ["71", "우체국", "Korea Post"], ["50", "저축은행", "Savings banks"], ["64", "산림조합", "Forestry Cooperative"], ["54", "HSBC", "HSBC"],
];

const named = ([, korean, english]: (typeof banks)[number]) => (language.value === "ko" ? korean : english);

export const bankOptions = (): [code: string, name: string][] => banks.map((bank) => [bank[0], named(bank)]);

/* A code that is not known here stands for itself. */
export function bankName(code: string): string {
  const bank = banks.find(([one]) => one === code);
  return bank ? named(bank) : code;
}
