/* The description of the interface as a page: complete, and all of it from this server. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pictures } from './house.mjs';
import { Visitor, browser, house, opens } from './visitor.mjs';

opens();

test('/docs shows every operation and asks nobody else', { timeout: 60000 }, async () => {
  const visitor = await Visitor.open(browser, house, { name: 'docs' });
  const asked = [];
  visitor.page.on('request', (request) => asked.push(request.url()));
  await visitor.go('/docs');
  await visitor.page.locator('.opblock').first().waitFor();
  assert.equal(await visitor.page.locator('.opblock').count(), house.world.server.contract.operations.length);
  const hold = visitor.page.locator('.opblock', { hasText: '/schedules/{schedule_id}/holds' }).first();
  await hold.getByRole('button').first().click();
  await hold.getByText('Idempotency-Key').first().waitFor();
  await visitor.page.screenshot({ path: `${pictures}/docs.png` });
  assert.deepEqual(asked.filter((url) => !url.startsWith(house.base) && !url.startsWith('data:')), []);
  await visitor.leave();
});
