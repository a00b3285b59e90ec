/* What the waiting room says beyond place and time, loaded with it. */
import { catalogue } from "../app/i18n";
import type { News } from "./queue-news";

const ko = {
  news: (since: string) => `${since}에 달라진 점`,
  one: {
    moved: (n: string) => `내 앞에서 ${n}명이 줄었습니다.`,
    drawn: "순번이 추첨되었습니다.",
    paused: "입장이 잠시 멈췄습니다.",
    resumed: "입장이 다시 시작되었습니다.",
    said: "주최자가 새 안내를 남겼습니다.",
    sold: (grade: string, n: string) => `${grade}석이 ${n}석 줄었습니다.`,
    gone: (grade: string) => `${grade}석이 매진되었습니다.`,
    back: (grade: string, n: string) => `${grade}석 ${n}석이 다시 나왔습니다.`,
  },
  message: "주최자 안내",
  paused: "입장이 잠시 멈췄습니다",
  backTitle: "자리를 비우신 사이 차례가 지났습니다",
  backText: "이 화면을 열어 두시면 줄보다 먼저 입장합니다. 남은 시간",
  call: "차례가 되면",
  sound: "소리로 알림",
  notify: "브라우저 알림 켜기",
  notified: "브라우저 알림이 켜져 있습니다.",
  notDenied: "브라우저 설정에서 알림이 차단되어 있습니다.",
  turn: "입장하실 차례입니다",
  turnText: (title: string) => `${title}: 지금 좌석을 고르세요.`,
  otherTab: "다른 탭에서도 대기실이 열려 있습니다. 순서는 하나이며 어느 탭에서나 같습니다.",
  plain: "단순한 화면으로 보기 (느린 네트워크용, 자바스크립트 없이 동작)",
  opensIn: "대기실이 열리기까지",
  refused: "지금은 줄을 설 수 없습니다",
  toShow: "공연 화면으로",
};

const en: typeof ko = {
  news: (since) => `What changed, ${since}`,
  one: {
    moved: (n) => `${n} fewer ahead of you.`,
    drawn: "The places are drawn.",
    paused: "The line has been paused.",
    resumed: "The line goes on.",
    said: "The organizer says something new.",
    sold: (grade, n) => `${grade}: ${n} seats fewer.`,
    gone: (grade) => `${grade}: sold out.`,
    back: (grade, n) => `${grade}: ${n} seats came back.`,
  },
  message: "From the organizer",
  paused: "The line is paused",
  backTitle: "Your turn came while you were away",
  backText: "Keep this page open and you come in ahead of the line. Time left",
  call: "When it is my turn",
  sound: "Play a sound",
  notify: "Turn on a notification",
  notified: "A notification will be shown.",
  notDenied: "Notifications are blocked in the browser's settings.",
  turn: "It is your turn",
  turnText: (title) => `${title}: choose your seats now.`,
  otherTab: "The waiting room is open in another tab too. You have one place, the same in every tab.",
  plain: "Plain page (for slow networks, works without JavaScript)",
  opensIn: "The waiting room opens in",
  refused: "You cannot join right now",
  toShow: "To the show",
};

export const queueWords = catalogue<typeof ko>(ko, en);

export function newsText(one: News, count: (n: number) => string): string {
  const w = queueWords().one;
  switch (one.kind) {
    case "moved": return w.moved(count(one.n));
    case "sold": return w.sold(one.grade, count(one.n));
    case "back": return w.back(one.grade, count(one.n));
    case "gone": return w.gone(one.grade);
    default: return w[one.kind];
  }
}
