/* Times as a field of type "datetime-local" has them: of the device's zone, to the minute. */

export function toLocal(time: string | null): string {
  if (!time) return "";
  const at = new Date(time);
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/* Null: nothing is said. */
export function fromLocal(text: string): string | null {
  const at = new Date(text);
  return Number.isNaN(at.getTime()) ? null : at.toISOString();
}

export const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone;
