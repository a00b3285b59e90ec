/* Without the switch for tests, webhooks lead to the public internet only: neither by an address nor by a name that leads inside. */
import assert from 'node:assert/strict';
import { lookup } from 'node:dns/promises';
import { hostname } from 'node:os';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { World } from '../lib/world.mjs';

let world, producer;

before(async () => {
  world = await World.open();
  producer = await world.user(['PRODUCER']);
});
after(() => world.close());

const create = (url) => world.api('POST', '/api/v1/webhooks', { url, events: ['booking.confirmed'] }, { as: producer });

for (const url of ['http://example.com/', 'https://127.0.0.1/', 'https://127.1/', 'https://0x7f000001/', 'https://2130706433/', 'https://10.0.0.1/', 'https://172.16.0.1/',
  'https://192.168.0.1/', 'https://0.0.0.0/', 'https://[::1]/', 'https://[::]/', 'https://[::ffff:10.0.0.1]/', 'https://[fe80::1]/', 'https://localhost/'])
  test(`${url} is refused`, async () => {
    const { errors } = refused(await create(url), 400, 'invalid');
    assert.equal(errors[0].field, 'url');
  });

const name = hostname();
const leads = await lookup(name).then(() => true, () => false);

test('a name that leads to a private address is not called', leads ? {} : { skip: `${name} leads nowhere here` }, async () => {
  const hook = ok(await create(`https://${name}:9/`), 201);
  const sale = await world.sale({ as: producer });
  await world.buy(await world.user(), sale, sale.guids.slice(0, 1));
  await world.advance(0);
  const { items } = ok(await world.api('GET', `/api/v1/webhooks/${hook.id}/deliveries`, undefined, { as: producer }));
  assert.deepEqual(items.map(({ status, why }) => [status, why]), [['queued', 'private_address']]);
});
