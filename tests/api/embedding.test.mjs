/* Which pages may show a performance in a frame. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { World } from '../lib/world.mjs';

let world, producer, show;

before(async () => {
  world = await World.open();
  producer = await world.user(['PRODUCER']);
  show = await world.performance({ as: producer, title: '<b>Cats</b> & "Dogs"' });
});
after(() => world.close());

const path = () => `/api/v1/performances/${show.id}/embedding`;
const set = (origins, as = producer) => world.api('PUT', path(), { origins }, { as });
const listed = async () => ok(await world.api('GET', path(), undefined, { as: producer })).origins;
const frame = (query = '', options = {}) => world.api('GET', `/embed/${show.id}${query}`, undefined, options);
const ancestors = async () => /frame-ancestors (.*)$/.exec((await frame()).headers['content-security-policy'])[1];

test('nobody may frame a performance until its organizer says who', async () => {
  assert.equal(await ancestors(), "'none'");
  assert.deepEqual(await listed(), []);
  const origins = ['https://www.example.com', 'https://xn--9n2bp8q.example:8443', 'http://127.0.0.1:3000'];
  assert.deepEqual(ok(await set(origins)).origins, origins);
  assert.deepEqual(await listed(), origins);
  assert.equal(await ancestors(), origins.join(' '));
  ok(await set(['https://other.example']));
  assert.equal(await ancestors(), 'https://other.example');
  ok(await set([]));
  assert.equal(await ancestors(), "'none'");
});

const wrong = [
  'example.com', 'http://example.com', 'https://example.com/', 'https://example.com/path', 'https://*.example.com', "https://a'; script-src *", 'https://a b.example',
  'https://Example.com', 'https://-a.example', 'https://example.com:0', 'https://example.com:99999', 'https://example.com:', 'https://user@example.com', 'javascript:alert(1)',
  'https://a.example\nhttps://b.example', 'https://a.example;', 'https://', `https://${'a'.repeat(300)}.example`,
];
for (const origin of wrong)
  test(`${JSON.stringify(origin.slice(0, 40))} is no origin, and changes nothing`, async () => {
    ok(await set(['https://www.example.com']));
    const { errors } = refused(await set(['https://fine.example', origin]), 400, 'invalid');
    assert.equal(errors[0].field, 'origins[1]');
    assert.deepEqual(await listed(), ['https://www.example.com']);
  });

test('seventeen are too many', async () => {
  refused(await set(Array.from({ length: 17 }, (_, i) => `https://a${i}.example`)), 400, 'invalid');
});

test('another organizer neither sees nor changes the list', async () => {
  const rival = await world.user(['PRODUCER']);
  refused(await set([], rival), 404, 'not_found');
  refused(await world.api('GET', path(), undefined, { as: rival }), 404, 'not_found');
});

test('the page says nothing that could be markup, in the language that is asked for', async () => {
  const { text, type } = await frame('?lang=ko&theme=dark');
  assert.equal(type, 'text/html');
  assert.match(text, /<html lang="ko">/);
  assert.match(text, new RegExp(`data-performance="${show.id}" data-theme="dark"`));
  assert.ok(text.includes('&lt;b&gt;Cats&lt;/b&gt; &amp; ') && !text.includes('<b>'));
  assert.match((await frame('', { lang: 'en' })).text, /<html lang="en">/);
  refused(await frame('?lang=fr'), 400, 'invalid');
  refused(await world.api('GET', '/embed/nothing'), 404, 'not_found');
});
