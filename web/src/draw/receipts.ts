/* Receipts of draws, with the tokens of their places, one a schedule. What was given first is kept: it is the proof. */
export interface Kept {
  token: string;
  receipt: string;
}

const name = (schedule: string) => `takenseat.draw.${schedule}`;

export function keptReceipt(schedule: string): Kept | null {
  try {
    const kept = JSON.parse(localStorage.getItem(name(schedule)) ?? "null") as Kept | null;
    return kept && typeof kept.token === "string" && typeof kept.receipt === "string" ? kept : null;
  } catch {
    return null;
  }
}

export function keepReceipt(schedule: string, token: string, receipt: string): void {
  if (keptReceipt(schedule)?.token !== token) localStorage.setItem(name(schedule), JSON.stringify({ token, receipt }));
}
