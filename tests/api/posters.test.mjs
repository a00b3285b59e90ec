/* Posters: what is a picture is kept in three widths, whatever else is sent changes nothing. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { jpeg_size, png, webp, webp_lossless, with_metadata } from '../lib/picture.mjs';
import { ok, refused } from '../lib/server.mjs';
import { World } from '../lib/world.mjs';

let world, producer, show, jpeg;

before(async () => {
  world = await World.open();
  producer = await world.user(['PRODUCER']);
  show = await world.performance({ as: producer });
  ok(await send(png(1200, 1600)));
  jpeg = (await picture(960)).bytes;
});
after(() => world.close());

const send = (body, as = producer) => world.api('PUT', `/api/v1/performances/${show.id}/poster`, body, { as, headers: { 'content-type': 'image/png' } });
const url = async () => ok(await world.api('GET', `/api/v1/performances/${show.id}`)).poster_url;
const picture = async (width) => world.api('GET', (await url()).replace('-480', `-${width}`));

test('a poster is kept in three widths and served with a strong ETag', async () => {
  const before = await url();
  const told = ok(await send(png(1200, 1600)));
  assert.match(told.poster_url, /^\/posters\/[0-9a-z]{13}-480\.jpg$/);
  assert.notEqual(told.poster_url, before);
  for (const [width, height] of [[240, 320], [480, 640], [960, 1280]]) {
    const answer = await picture(width);
    assert.equal(answer.status, 200);
    assert.equal(answer.type, 'image/jpeg');
    assert.deepEqual(jpeg_size(answer.bytes), [width, height]);
    assert.match(answer.headers.etag, /^"[^"]+"$/);
    assert.match(answer.headers['cache-control'], /public, max-age=31536000, immutable/);
    const known = await world.api('GET', (await url()).replace('-480', `-${width}`), undefined, { headers: { 'if-none-match': answer.headers.etag } });
    assert.equal(known.status, 304);
  }
  refused(await world.api('GET', before), 404, 'not_found');
});

for (const [name, make, size] of [
  ['a JPEG', () => jpeg, [480, 640]], ['a small PNG stays small', () => png(100, 50), [100, 50]], ['a PNG one pixel high', () => png(2000, 1), [480, 1]],
  ['WebP', () => webp, [1, 1]], ['WebP without loss', () => webp_lossless, [1, 1]], ['a picture to see through', () => png(600, 600, { color: [0, 0, 0, 0] }), [480, 480]],
])
  test(name, async () => {
    ok(await send(make()));
    assert.deepEqual(jpeg_size((await picture(480)).bytes), size);
  });

test('what a file tells of its maker is not passed on', async () => {
  ok(await send(with_metadata(jpeg, 'GPS 37.5665 126.9780')));
  for (const width of [240, 480, 960]) assert.ok(!(await picture(width)).bytes.includes('GPS'));
});

const cut = (bytes, share) => bytes.subarray(0, Math.floor(bytes.length * share));
const claims = (make, at, value) => { const bytes = Buffer.from(make()); bytes.set(value, at); return bytes; };
const wrong = [
  ['nothing', () => Buffer.alloc(0)], ['a text', () => Buffer.from('no picture')], ['JSON', () => Buffer.from('{}')], ['SVG', () => Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>')],
  ['GIF', () => Buffer.from('GIF89a\x01\0\x01\0\0\0\0;', 'latin1')], ['the beginning of a JPEG', () => Buffer.from([0xff, 0xd8, 0xff])],
  ['a JPEG cut in half', () => cut(jpeg, 0.5)], ['a JPEG without its last tenth', () => cut(jpeg, 0.9)], ['a PNG cut in half', () => cut(png(800, 800), 0.5)], ['the head of a PNG', () => png(10, 10).subarray(0, 33)],
  ['a WebP cut in half', () => cut(webp, 0.6)], ['the head of a WebP', () => webp.subarray(0, 12)],
  ['a PNG of 100000x100000', () => png(1, 1, { claim: [100000, 100000] })], ['a PNG of 9000x9000', () => png(1, 1, { claim: [9000, 9000] })],
  ['a PNG that is smaller than it says', () => png(1, 1, { claim: [4000, 4000] })], ['a PNG of no pixels', () => png(1, 1, { claim: [0, 5] })],
  ['a WebP of 16383x16383', () => claims(() => webp, 26, [0xff, 0x3f, 0xff, 0x3f])],
  ['a JPEG of 65535x65535', () => { const at = jpeg.indexOf(Buffer.from([0xff, 0xc2])); return claims(() => jpeg, at + 5, [255, 255, 255, 255]); }],
  ['a JPEG of a thousand scans', () => Buffer.concat([jpeg.subarray(0, -2), ...Array(1000).fill(Buffer.from([0xff, 0xda, 0, 2])), jpeg.subarray(-2)])],
];
for (const [name, make] of wrong)
  test(`${name} is refused and changes nothing`, async () => {
    const earlier = await url();
    const { detail } = refused(await send(make()), 400, 'invalid');
    assert.ok(detail.length > 10, detail);
    assert.equal(await url(), earlier);
    assert.equal((await picture(480)).status, 200);
  });

test('10 MB are too much', async () => {
  const answer = await send(Buffer.alloc(10 * 1000 * 1000, 0xff));
  assert.equal(answer.status, 413);
});

test('bytes at random are refused', async () => {
  let state = 1;
  const random = () => { state = (state * 48271) % 0x7fffffff; return state & 255; };
  for (let i = 0; i < 60; i++) {
    const bytes = Buffer.from([jpeg, png(64, 64), webp, webp_lossless][i % 4]);
    for (let n = 0; n < 20; n++) bytes[12 + ((random() << 8 | random()) % (bytes.length - 12))] = random();
    const answer = await send(bytes);
    assert.ok([200, 400].includes(answer.status), `${answer.status} ${answer.text.slice(0, 200)}`);
  }
  assert.equal((await world.api('GET', '/health/ready')).status, 200);
});

test('of many at once, those that are not taken are told to come again', async () => {
  const answers = await Promise.all(Array.from({ length: 12 }, () => send(png(1500, 1500))));
  assert.ok(answers.some(({ status }) => status === 200));
  for (const { status } of answers) assert.ok([200, 503].includes(status), status);
});

test('a poster is its producer\'s to change', async () => {
  refused(await send(png(10, 10), await world.user(['PRODUCER'])), 404, 'not_found');
  refused(await send(png(10, 10), await world.user()), 403, 'forbidden');
});

test('a poster from elsewhere takes its place, and so does none', async () => {
  ok(await send(png(10, 10)));
  const own = await url();
  const elsewhere = { poster_url: 'https://example.com/poster.png' };
  assert.equal(ok(await world.api('PATCH', `/api/v1/performances/${show.id}`, elsewhere, { as: producer })).poster_url, elsewhere.poster_url);
  refused(await world.api('GET', own), 404, 'not_found');
  ok(await world.api('PATCH', `/api/v1/performances/${show.id}`, { poster_url: '' }, { as: producer }));
  assert.equal(await url(), '');
});

for (const path of ['x', 'x-480.jpg', '0000000000000-480.jpg', '-.jpg', '..%2f..%2fetc%2fpasswd', '%00'])
  test(`/posters/${path} is not there`, async () => assert.ok([400, 404].includes((await world.api('GET', `/posters/${path}`)).status)));
