/* Walks through the client on the mock server, takes pictures on a phone and on a desktop in both languages, and
   measures the frames of the 50,000-seat map: `npm run build && npm run look -- FOLDER`. */
import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";

const folder = process.argv[2] ?? "look";
const browserPath = process.env.CHROMIUM ?? "/usr/bin/chromium";
mkdirSync(folder, { recursive: true });

const mock = spawn(process.execPath, [fileURLToPath(new URL("mock.mjs", import.meta.url))], {
  env: { ...process.env, PORT: "0" }, stdio: ["ignore", "pipe", "inherit"],
});
const base = await new Promise((resolve) => mock.stdout.once("data", (text) => resolve(String(text).trim())));
const browser = await chromium.launch({ executablePath: browserPath, args: ["--no-sandbox"] });

try {
  for (const scale of [1, 2]) await measure(scale);
  await walk("phone-ko", { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true, locale: "ko-KR" });
  await walk("desktop-en", { viewport: { width: 1280, height: 800 }, locale: "en-GB" });
  await walk("phone-en", { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true, locale: "en-GB" });
  await walk("desktop-ko", { viewport: { width: 1280, height: 800 }, locale: "ko-KR" });
} finally {
  await browser.close();
  mock.kill();
}

async function walk(name, options) {
  const context = await browser.newContext({ ...options, timezoneId: "Asia/Seoul" });
  const page = await context.newPage();
  page.on("console", (message) => ["error", "warning"].includes(message.type()) && console.log(name, message.text()));
  page.on("pageerror", (error) => console.log(name, "page error:", error.message));
  const at = (id) => page.getByTestId(id).filter({ visible: true }).first();
  let step = 0;
  const shot = async (what) => {
    await page.waitForTimeout(450);
    await page.screenshot({ path: join(folder, `${name}-${String(++step).padStart(2, "0")}-${what}.png`) });
  };

  await page.goto(base);
  await at("performances").waitFor();
  await shot("home");
  await page.goto(`${base}/tickets`);
  await at("login-form").waitFor();
  await shot("login");
  await at("field-email").fill(`${name}@example.com`);
  await at("field-password").fill("password");
  await at("submit").click();
  await at("empty").waitFor();
  await shot("tickets-empty");
  await page.goto(`${base}/performances/p1`);
  await at("schedule").waitFor();
  await shot("performance");
  await at("choose-seats").click();
  await at("seat-canvas").waitFor();
  await shot("theatre");
  await chooseInList(page, at, shot);
  await at("hold").click();
  await at("buy").waitFor();
  await shot("checkout");
  await at("buy").click();
  await at("sandbox").waitFor();
  await at("card-sandbox-decline").check();
  await at("pay").click();
  await at("payment-problem").waitFor();
  await shot("declined");
  await at("card-sandbox-ok").check();
  await at("pay").click();
  await at("result").waitFor();
  await shot("paid");
  await at("to-tickets").click();
  await at("qr").waitFor();
  await shot("booking");
  await page.goto(`${base}/tickets`);
  await at("bookings").waitFor();
  await shot("tickets");
  await page.goto(`${base}/schedules/p2-s1/queue`);
  await at("queue-position").waitFor();
  await shot("queue");
  await at("seat-canvas").waitFor({ timeout: 20_000 });
  await page.waitForTimeout(600);
  await shot("stadium");
  for (let i = 0; i < 4; i++) await at("zoom-in").click();
  await shot("stadium-dots");
  for (let i = 0; i < 4; i++) await at("zoom-in").click();
  await shot("stadium-near");
  await page.goto(`${base}/schedules/p3-s1/seats`);
  await at("seat-canvas").waitFor();
  await shot("club");
  await page.goto(`${base}/schedules/p4-s1/seats`);
  await at("sale-note").waitFor();
  await shot("not-yet");
  await page.goto(`${base}/performances/none`);
  await at("error").waitFor();
  await shot("missing");
  await context.close();
}

async function chooseInList(page, at, shot) {
  if (await page.getByTestId("view-list").isVisible()) await at("view-list").click();
  await shot("list");
  await page.getByTestId("section").nth(1).click();
  await at("seat-grid").waitFor();
  await page.keyboard.press("Space");
  await page.keyboard.press("ArrowDown");
  await page.locator('[data-testid="seat"][aria-disabled="false"][aria-selected="false"]').first().click();
  await shot("list-chosen");
  if (await page.getByTestId("view-map").isVisible()) await at("view-map").click();
  await shot("map-chosen");
}

/* Drags and zooms over the stadium for some seconds and tells how long a frame took from one to the next. */
async function measure(scale) {
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, deviceScaleFactor: scale, locale: "en-GB" });
  const page = await context.newPage();
  await page.addInitScript(() => localStorage.setItem("takenseat.pass.p2-s1", JSON.stringify({ pass: "x", expiresAt: null })));
  await page.goto(`${base}/schedules/p2-s1/seats`);
  await page.getByTestId("seat-canvas").waitFor();
  await page.waitForTimeout(1000);
  for (const zoom of [0, 2, 4, 6, 8]) {
    await page.getByTestId("zoom-home").click();
    await page.waitForTimeout(600);
    for (let i = 0; i < zoom; i++) await page.getByTestId("zoom-in").click();
    console.log(`scale ${scale}, zoomed in ${zoom} times:`, await page.evaluate(drag));
  }
  await page.getByTestId("zoom-home").click();
  await page.waitForTimeout(600);
  console.log(`scale ${scale}, wheel in and out:`, await page.evaluate(wheel));
  await context.close();

  async function wheel() {
    const canvas = document.querySelector('[data-testid="seat-canvas"]');
    const box = canvas.getBoundingClientRect();
    const frames = [];
    let last = await new Promise(requestAnimationFrame);
    for (let i = 0; i < 120; i++) {
      canvas.dispatchEvent(new WheelEvent("wheel", {
        deltaY: i < 60 ? -18 : 18, clientX: box.left + box.width * 0.4, clientY: box.top + box.height * 0.6, cancelable: true,
      }));
      const time = await new Promise(requestAnimationFrame);
      frames.push(time - last);
      last = time;
    }
    const at = (share) => [...frames].sort((a, b) => a - b)[Math.floor(frames.length * share)].toFixed(1);
    return `frame p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, p95 ${at(0.95)} ms`;
  }

  async function drag() {
    const canvas = document.querySelector('[data-testid="seat-canvas"]');
    const box = canvas.getBoundingClientRect();
    const send = (type, x, y) => canvas.dispatchEvent(new PointerEvent(type, { pointerId: 1, button: 0, clientX: x, clientY: y, bubbles: true, pointerType: "mouse" }));
    canvas.setPointerCapture = () => undefined;
    const [cx, cy] = [box.left + box.width / 2, box.top + box.height / 2];
    send("pointerdown", cx, cy);
    const script = [];
    const frames = [];
    let last = await new Promise(requestAnimationFrame);
    for (let i = 1; i <= 90; i++) {
      send("pointermove", cx + 120 * Math.sin(i / 9), cy + 80 * Math.cos(i / 7));
      const time = await new Promise((resolve) => requestAnimationFrame((t) => resolve(t)));
      frames.push(time - last);
      script.push(performance.now() - time);
      last = time;
    }
    send("pointerup", cx, cy);
    const at = (list, share) => [...list].sort((a, b) => a - b)[Math.floor(list.length * share)].toFixed(1);
    return `frame p50 ${at(frames, 0.5)} ms, p95 ${at(frames, 0.95)} ms; script p50 ${at(script, 0.5)} ms, p95 ${at(script, 0.95)} ms`;
  }
}
