import { chromium } from 'playwright-core';
const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox'] });
for (const [name, file, w, h, scheme, lang] of [['desk','ab',1280,900,'light'],['phone','ab',390,844,'dark'],['ko','ko',390,844,'light'],['kodesk','ko',1280,900,'dark']]) {
  const page = await browser.newPage({ viewport: { width: w, height: h }, colorScheme: scheme });
  page.on('console', m => console.log(name, m.text()));
  await page.goto(`file:///tmp/w/rh/${file}.html`);
  await page.screenshot({ path: `/tmp/w/rh/${name}.png`, fullPage: true }); await page.screenshot({ path: `/tmp/w/rh/${name}-top.png`, clip: { x: 0, y: name.includes('desk') ? 900 : 850, width: w, height: 1100 }, fullPage: true });
  console.log(name, await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth, document.body.scrollHeight]));
}
await browser.close();
