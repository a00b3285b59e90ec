/* Which pages one's roles open. The server decides on its own; this only spares people pages that would refuse them. */
import { session } from "./session";

export const inCharge = ["MANAGER", "ADMIN"];
export const organizers = ["PRODUCER", ...inCharge];

/* Who may keep keys of payment providers. */
export const merchants = ["PRODUCER", "ADMIN"];

/* Who may sell at the box office. */
export const sellers = ["STAFF", ...organizers];

export function mayEnter({ roles }: { roles?: string[] }): boolean {
  return !roles || (session.user.value?.roles.some((role) => roles.includes(role)) ?? false);
}
