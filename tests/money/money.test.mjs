/* Each fault profile of the payment companies, small: the books agree to the last won, and nobody has money without a ticket or the reverse. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { money_storm, profiles } from './storm.mjs';

for (const profile of profiles)
  test(`${profile}: the books of both sides agree`, async () => {
    const result = await money_storm({ profile, orders: 300, every: 2, buyers: 24, hold_ms: 100, kill_ms: 900 });
    console.log(`# ${profile}: ${result.charged} charged, ${result.paid} paid, ${result.refunded} refunded, ${result.faults} faults, ${result.kills} kills, ` +
      `${result.differences.length} differences, unclear for ${result.unclear_s} s at most, in ${result.seconds} s`);
    assert.deepEqual(result.differences.slice(0, 10), []);
    assert.equal(result.orders, 300);
    assert.ok(result.charged > 200 && result.kills > 0 && result.refunded > 0, 'the storm was too quiet');
    assert.ok(profile === 'none' ? result.faults === 0 : result.faults >= 20, `${result.faults} faults`);
    /* People hear only of forged bodies that name a payment of ours with another amount. */
    assert.deepEqual(Object.keys(result.cases), profile === 'bad-signature' ? ['webhook_mismatch'] : []);
    assert.ok(result.unclear_s < 600, 'money was unclear for more than ten minutes');
  });
