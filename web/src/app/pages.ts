/* The one list of pages: a pattern and where its code is. Each page is loaded when it is first visited. */
import type { ComponentType } from "preact";
import type { Params } from "./router";
import { inCharge, merchants, organizers, sellers } from "./roles";
import { matchPath } from "./router";

export type PageComponent = ComponentType<{ params: Params }>;

interface Page {
  pattern: string;
  /* Only for people who are signed in. */
  personal?: boolean;
  /* Only for people with one of these roles. */
  roles?: string[];
  /* The page fills the window below the header and has no footer. */
  stage?: boolean;
  load(): Promise<{ default: PageComponent }>;
}

const show = () => import("../staff/ShowPage");
const date = () => import("../staff/SchedulePage");
const room = () => import("../pages/RoomPage");

export const pages: Page[] = [
  { pattern: "/", load: () => import("../pages/Home") },
  { pattern: "/performances/:id", load: () => import("../pages/PerformancePage") },
  { pattern: "/schedules/:id/queue", personal: true, load: () => import("../pages/QueuePage") },
  { pattern: "/schedules/:id/draw", load: () => import("../pages/DrawPage") },
  { pattern: "/schedules/:id/seats", stage: true, load: () => import("../pages/SeatsPage") },
  { pattern: "/schedules/:id/waitlist", personal: true, load: () => import("../pages/WaitlistPage") },
  { pattern: "/checkout/:holdId", personal: true, load: () => import("../pages/CheckoutPage") },
  { pattern: "/pay/return", personal: true, load: () => import("../pages/PayReturnPage") },
  { pattern: "/tickets", personal: true, load: () => import("../pages/TicketsPage") },
  { pattern: "/tickets/:bookingId", personal: true, load: () => import("../pages/BookingPage") },
  { pattern: "/receipts/:paymentId", personal: true, load: () => import("../pages/ReceiptPage") },
  { pattern: "/coupons", personal: true, load: () => import("../pages/CouponsPage") },
  { pattern: "/mileage", personal: true, load: () => import("../pages/MileagePage") },
  { pattern: "/account", personal: true, load: () => import("../pages/AccountPage") },
  { pattern: "/admin", personal: true, roles: organizers, load: () => import("../staff/ShowsPage") },
  { pattern: "/admin/performances/new", personal: true, roles: organizers, load: () => import("../staff/NewShowPage") },
  { pattern: "/admin/performances/:id", personal: true, roles: organizers, load: show },
  { pattern: "/admin/performances/:id/:part", personal: true, roles: organizers, load: show },
  { pattern: "/admin/schedules/:id", personal: true, roles: organizers, load: date },
  { pattern: "/admin/schedules/:id/:part", personal: true, roles: organizers, load: date },
  { pattern: "/admin/bookings", personal: true, roles: organizers, load: () => import("../staff/BookingsPage") },
  { pattern: "/admin/bookings/:id", personal: true, roles: organizers, load: () => import("../staff/StaffBookingPage") },
  { pattern: "/admin/coupons", personal: true, roles: organizers, load: () => import("../staff/OffersPage") },
  { pattern: "/admin/customers", personal: true, roles: inCharge, load: () => import("../staff/CustomersPage") },
  { pattern: "/admin/reviews", personal: true, roles: inCharge, load: () => import("../staff/ReviewsPage") },
  { pattern: "/admin/mails", personal: true, roles: inCharge, load: () => import("../staff/MailsPage") },
  { pattern: "/admin/webhooks", personal: true, roles: merchants, load: () => import("../staff/WebhooksPage") },
  { pattern: "/admin/keys", personal: true, roles: organizers, load: () => import("../staff/KeysPage") },
  { pattern: "/admin/audit", personal: true, roles: inCharge, load: () => import("../staff/AuditPage") },
  { pattern: "/desk", personal: true, roles: sellers, load: () => import("../desk/DeskPage") },
  { pattern: "/desk/:id", personal: true, roles: sellers, load: () => import("../desk/SalePage") },
  { pattern: "/admin/money", personal: true, roles: inCharge, load: () => import("../pages/CasesPage") },
  { pattern: "/admin/reconciliations", personal: true, roles: inCharge, load: () => import("../pages/ReconciliationsPage") },
  { pattern: "/admin/reconciliations/:id", personal: true, roles: inCharge, load: () => import("../pages/ReconciliationPage") },
  { pattern: "/admin/queues/:id", personal: true, roles: organizers, load: room },
  { pattern: "/admin/queues/:id/:part", personal: true, roles: organizers, load: room },
  { pattern: "/admin/halls", personal: true, roles: organizers, load: () => import("../pages/HallsPage") },
  { pattern: "/admin/halls/:id", personal: true, roles: organizers, stage: true, load: () => import("../pages/HallPage") },
  { pattern: "/settlements", personal: true, roles: organizers, load: () => import("../pages/SettlementPage") },
  { pattern: "/settings/payments", personal: true, roles: merchants, load: () => import("../pages/PaymentAccountsPage") },
  { pattern: "/login", load: () => import("../pages/LoginPage") },
  { pattern: "/signup", load: () => import("../pages/SignupPage") },
  { pattern: "/forgot", load: () => import("../pages/ForgotPage") },
  { pattern: "/reset", load: () => import("../pages/ResetPage") },
  { pattern: "/verify", load: () => import("../pages/VerifyPage") },
];

export function findPage(path: string): { page: Page; params: Params } | null {
  for (const page of pages) {
    const params = matchPath(page.pattern, path);
    if (params) return { page, params };
  }
  return null;
}
