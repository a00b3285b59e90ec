/* What is said about work, codes and appeals. Needed in the waiting room only, and loaded with it. */
import { language } from "../app/language";

const en = {
  working: "Getting your device ready",
  workingHint: "It does a little arithmetic first, which makes it dear to take places by the thousand. Your place does not depend on how fast it is.",
  ready: "Your device is ready.",
  haveCode: "I have a presale code",
  code: "Presale code",
  codeHint: "It leads to the line of its group. The place you have in the general line is given up for it.",
  useCode: "Use the code",
  groups: "Presale",
  from: (name: string, when: string) => `${name}: from ${when}`,
  appeal: "Is this wrong?",
  appealHint: "Tell the organizer. Whoever is granted an appeal joins without limits.",
  why: "What happened",
  send: "Send the appeal",
  state: {
    open: "Your appeal is with the organizer. Come back to this page for the answer.",
    granted: "Your appeal was granted. Please try again.",
    denied: "Your appeal was denied.",
  },
};

const ko: typeof en = {
  working: "기기를 준비하고 있습니다",
  workingHint: "자리를 대량으로 차지하기 어렵게 하려고 간단한 계산을 먼저 합니다. 기기가 느려도 순번에는 영향이 없습니다.",
  ready: "기기 준비가 끝났습니다.",
  haveCode: "선예매 코드가 있습니다",
  code: "선예매 코드",
  codeHint: "해당 그룹의 대기열로 들어갑니다. 일반 대기열에 있던 자리는 반납됩니다.",
  useCode: "코드 사용",
  groups: "선예매",
  from: (name, when) => `${name}: ${when}부터`,
  appeal: "잘못된 거절인가요?",
  appealHint: "주최자에게 알려 주세요. 이의가 받아들여지면 제한 없이 참여할 수 있습니다.",
  why: "상황 설명",
  send: "이의 제기",
  state: {
    open: "이의를 접수했습니다. 답변은 이 페이지에서 확인할 수 있습니다.",
    granted: "이의가 받아들여졌습니다. 다시 시도해 주세요.",
    denied: "이의가 받아들여지지 않았습니다.",
  },
};

export const workWords = (): typeof en => (language.value === "ko" ? ko : en);
