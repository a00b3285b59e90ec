/* An evening as a file for calendars (RFC 5545). */
export interface Evening {
  /* The same for the same booking, so that a calendar replaces rather than repeats. */
  uid: string;
  title: string;
  place: string;
  note: string;
  starts: string;
  ends: string;
}

const stamp = (time: string | number) => new Date(time).toISOString().replace(/[-:]|\.\d+/g, "");
const escaped = (text: string) => text.replace(/[\\;,]/g, "\\$&").replace(/\r?\n/g, "\\n");

/* At most 75 bytes a line; a character is not torn apart. */
export function fold(line: string): string {
  const bytes = new TextEncoder();
  let [out, room] = ["", 75];
  for (const character of line) {
    const size = bytes.encode(character).length;
    if (size > room) {
      out += "\r\n ";
      room = 74;
    }
    out += character;
    room -= size;
  }
  return out;
}

export function calendarFile({ uid, title, place, note, starts, ends }: Evening, now: number): string {
  const lines = [
    "BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//TakenSeat//Tickets//EN", "BEGIN:VEVENT",
    `UID:${escaped(uid)}`, `DTSTAMP:${stamp(now)}`, `DTSTART:${stamp(starts)}`, `DTEND:${stamp(ends)}`,
    `SUMMARY:${escaped(title)}`, `LOCATION:${escaped(place)}`, `DESCRIPTION:${escaped(note)}`,
    "END:VEVENT", "END:VCALENDAR",
  ];
  return lines.map((line) => `${fold(line)}\r\n`).join("");
}
