/* What was sold day by day, read from the table that the server makes for spreadsheets: the figures on the screen are those of the file. */

export interface SalesDay {
  /* 2026-11-23, of the Korean calendar. */
  day: string;
  sold: number;
  complimentary: number;
  back: number;
  paid: number;
  refunded: number;
  currency: string;
}

/* Rows of cells; a cell in quotes may hold commas, new lines and doubled quotes. */
export function readCsv(text: string): string[][] {
  const rows: string[][] = [];
  let row: string[] = [];
  for (const [, quoted, plain, end] of text.replace(/^\ufeff/, "").matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/g)) {
    if (end === "" && row.length === 0 && quoted === undefined && plain === "") break;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end === ",") continue;
    rows.push(row);
    row = [];
    if (end === "") break;
  }
  return rows;
}

/* The columns are told by their order, since their names are in the reader's language (docs/wire.md). */
export function salesDays(csv: string, schedule?: string): SalesDay[] {
  const days = new Map<string, SalesDay>();
  for (const [day, , of, , , sold, complimentary, , paid, back, refunded, currency] of readCsv(csv).slice(1)) {
    if (schedule && of !== schedule) continue;
    const sum = days.get(day) ?? { day, sold: 0, complimentary: 0, back: 0, paid: 0, refunded: 0, currency };
    days.set(day, {
      ...sum, sold: sum.sold + Number(sold), complimentary: sum.complimentary + Number(complimentary), back: sum.back + Number(back),
      paid: sum.paid + Number(paid), refunded: sum.refunded + Number(refunded),
    });
  }
  return [...days.values()].sort((a, b) => a.day.localeCompare(b.day));
}

/* For the chart: noon of each day in seconds since 1970, then what was sold, what came back, and what is left of it in all. */
export function salesColumns(days: SalesDay[]): [number[], number[], number[], number[]] {
  let net = 0;
  return [
    days.map(({ day }) => Date.parse(`${day}T12:00:00+09:00`) / 1000),
    days.map(({ sold }) => sold),
    days.map(({ back }) => back),
    days.map(({ sold, back }) => (net += sold - back)),
  ];
}
