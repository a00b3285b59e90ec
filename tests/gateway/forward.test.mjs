/* Requests through the gateway to servers of node:http: what they are told, what comes back, and who may ask. */
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { ok, refused } from '../lib/server.mjs';
import { until } from '../lib/until.mjs';
import { Gateway, upstream } from '../lib/upstream.mjs';

let up, other, gate, buyer;

before(async () => {
  up = await upstream();
  other = await upstream();
  gate = await Gateway.open(`upstream up ${up.url}
upstream other ${other.url}
upstream both ${up.url} ${other.url}
route /plain up
route /shop up strip methods=GET,HEAD,POST body_kb=64
route /mine up user
route /staff up roles=STAFF
route /maybe up known-user authorization keep-host
route /both both
route /canary up=80 other=20
route /slow up answer_ms=500 idle_ms=500
route /limited up rate=2 burst=3
route /pages up cors=https://pages.test
`);
  buyer = await gate.world.user();
});
after(async () => {
  await gate.close();
  await up.close();
  await other.close();
});

const last = () => up.seen.at(-1);
const answering = (answer, run) => {
  const usual = up.answer;
  up.answer = answer;
  return Promise.resolve(run()).finally(() => { up.answer = usual; });
};

test('a request is told on with its path, query, headers and body, and the answer comes back', async () => {
  const body = randomBytes(50000);
  await answering((request, response, got) => {
    response.writeHead(418, { 'x-of-it': 'yes', 'set-cookie': ['a=1', 'b=2'], 'content-type': 'application/x-test' });
    response.end(createHash('sha256').update(got).digest());
  }, async () => {
    const answer = await gate.send('POST', '/shop/a%20b/c?q=%2F&x', body, { 'x-mine': 'kept', 'content-type': 'application/x-up' });
    assert.equal(answer.status, 418);
    assert.deepEqual(answer.bytes, createHash('sha256').update(body).digest());
    assert.equal(answer.headers['x-of-it'], 'yes');
    assert.deepEqual(answer.headers['set-cookie'], ['a=1', 'b=2']);
    assert.equal(answer.type, 'application/x-test');
    assert.equal(last().url, '/a%20b/c?q=%2F&x');
    assert.equal(last().headers['x-mine'], 'kept');
    assert.equal(last().headers['content-length'], '50000');
    assert.equal(last().headers.host, `127.0.0.1:${up.port}`);
    assert.equal(answer.headers['x-request-id'], last().headers['x-request-id']);
  });
});

test('a prefix is whole segments, and what nobody has named is not passed on', async () => {
  const before = up.seen.length;
  for (const path of ['/plainer', '/Plain', '/shop//x', '/shop/..;/x', '/shop/%5Cx', '/shop/%2e%2e/x'])
    assert.ok([200, 400, 404].includes((await gate.send('GET', path, undefined, { accept: 'text/plain' })).status), path);
  assert.equal(up.seen.length, before);
  refused(await gate.send('GET', '/api/v1/nothing-like-it'), 404, 'not_found');
  const answer = await gate.send('DELETE', '/shop/x');
  refused(answer, 405, 'method_not_allowed');
  assert.equal(answer.headers.allow, 'GET, HEAD, POST');
  ok(await gate.send('GET', '/health/live'));
});

test('who a client says it is does not reach the server behind, who it is does', async () => {
  const lies = { 'x-user-id': 'admin', 'x-user-roles': 'ADMIN', x_user_id: 'admin', forwarded: 'for=1.1.1.1', 'x-real-ip': '1.1.1.1',
    'x-forwarded-proto': 'gopher', 'x-forwarded-host': 'lie.test', 'x-original-url': '/admin', 'x-takenseat-role': 'ADMIN', 'queue-pass': 'secret',
    'x-forwarded-for': '203.0.113.7', connection: 'keep-alive, x-secret-hop', 'x-secret-hop': '1', te: 'trailers',
    authorization: `Bearer ${buyer.token}`, traceparent: '00-0123456789abcdef0123456789abcdef-0123456789abcdef-01' };
  ok(await gate.send('GET', '/plain', undefined, lies));
  const { headers } = last();
  for (const name of ['x-user-id', 'x-user-roles', 'x_user_id', 'forwarded', 'x-real-ip', 'x-original-url', 'x-takenseat-role', 'queue-pass', 'x-secret-hop', 'te',
    'authorization'])
    assert.equal(headers[name], undefined, name);
  assert.equal(headers['x-forwarded-for'], '203.0.113.7');          /* a trusted proxy said so */
  assert.equal(headers['x-forwarded-proto'], 'http');
  assert.match(headers.traceparent, /^00-0123456789abcdef0123456789abcdef-(?!0123456789abcdef)[0-9a-f]{16}-01$/);
  ok(await gate.send('GET', '/mine', undefined, { ...lies, 'x-forwarded-proto': 'https' }));
  assert.equal(last().headers['x-user-id'], buyer.id);
  assert.equal(last().headers['x-user-roles'], 'CUSTOMER');
  assert.equal(last().headers['x-forwarded-proto'], 'https');
  assert.equal(last().headers.authorization, undefined);
});

test('a route for accounts asks for a token that is valid now, one for roles for the role', async () => {
  const user = await gate.world.user();
  const staff = await gate.world.user(['CUSTOMER', 'STAFF']);
  const before = up.seen.length;
  const bearer = ({ token }) => ({ authorization: `Bearer ${token}` });
  refused(await gate.send('GET', '/mine/x'), 401, 'unauthenticated');
  refused(await gate.send('GET', '/mine/x', undefined, { authorization: 'Bearer nonsense' }), 401, 'unauthenticated');
  refused(await gate.send('POST', '/staff', { a: 1 }, bearer(user)), 403, 'forbidden');
  assert.equal(up.seen.length, before);
  ok(await gate.send('GET', '/mine/x', undefined, bearer(user)));
  ok(await gate.send('POST', '/staff', { a: 1 }, bearer(staff)));
  assert.equal(last().headers['x-user-roles'], 'CUSTOMER,STAFF');
  ok(await gate.world.api('POST', '/api/v1/auth/logout', undefined, { as: user }), 204);
  refused(await gate.send('GET', '/mine/x', undefined, bearer(user)), 401, 'unauthenticated');
  ok(await gate.send('GET', '/maybe', undefined, bearer(user)));
  assert.equal(last().headers['x-user-id'], undefined);
  assert.equal(last().headers.authorization, `Bearer ${user.token}`);
  assert.equal(last().headers.host, `127.0.0.1:${gate.server.port}`);
});

test('connections to the server behind are used again', async () => {
  for (let i = 0; i < 3; i++) ok(await gate.send('GET', '/plain'));
  const before = up.connections;
  for (let i = 0; i < 50; i++) ok(await gate.send('POST', '/plain', { i }));
  assert.equal(up.connections, before);
});

test('answers of any framing come through whole: lengths, chunks, none, and none at all', async () => {
  const big = randomBytes(3_000_000);
  const shapes = {
    length: (response) => { response.setHeader('content-length', big.length); response.end(big); },
    chunks: (response) => { for (let i = 0; i < big.length; i += 100_001) response.write(big.subarray(i, i + 100_001)); response.end(); },
    'until the end': (response) => { response.setHeader('connection', 'close'); response.removeHeader('transfer-encoding'); response.useChunkedEncodingByDefault = false; response.end(big); },
  };
  for (const [shape, say] of Object.entries(shapes))
    await answering((_, response) => say(response), async () => {
      const answer = await gate.send('GET', '/plain');
      assert.equal(answer.status, 200, shape);
      assert.ok(answer.bytes.equals(big), shape);
    });
  await answering((_, response) => { response.writeHead(200, { 'content-length': 12345 }); response.end(); }, async () => {
    const answer = await gate.send('HEAD', '/plain');
    assert.equal(answer.headers['content-length'], '12345');
  });
  for (const status of [204, 304])
    await answering((_, response) => { response.writeHead(status, { etag: '"1"' }); response.end(); }, async () => {
      const answer = await gate.send('GET', '/plain');
      assert.equal(answer.status, status);
      assert.equal(answer.headers.etag, '"1"');
      assert.equal(answer.bytes.length, 0);
    });
});

test('HTTP/1.0 gets the same bytes, ended by the end of the connection', async () => {
  await answering((_, response) => { response.write('one '); response.end('two'); }, async () => {
    const text = await new Promise((resolve, reject) => {
      let heard = '';
      const socket = net.connect(gate.server.port, '127.0.0.1', () => socket.write('GET /plain HTTP/1.0\r\n\r\n'));
      socket.on('data', (chunk) => { heard += chunk; });
      socket.on('end', () => resolve(heard));
      socket.on('error', reject);
    });
    assert.match(text, /^HTTP\/1\.1 200 OK\r\n[^]*Connection: close\r\n\r\none two$/);
    assert.doesNotMatch(text, /chunked/i);
  });
});

test('requests in one piece are answered in their order', async () => {
  await answering((request, response) => { setTimeout(() => response.end(request.url), request.url.endsWith('1') ? 300 : 0); }, async () => {
    const text = await new Promise((resolve, reject) => {
      let heard = '';
      const socket = net.connect(gate.server.port, '127.0.0.1', () => socket.write([1, 2, 3].map((n) =>
        `GET /plain/${n} HTTP/1.1\r\nHost: a\r\n${n === 3 ? 'Connection: close\r\n' : ''}\r\n`).join('')));
      socket.on('data', (chunk) => { heard += chunk; });
      socket.on('end', () => resolve(heard));
      socket.on('error', reject);
    });
    assert.deepEqual(text.match(/\/plain\/\d/g), ['/plain/1', '/plain/2', '/plain/3']);
  });
});

/* Asks and leaves as soon as `leave` says so. */
function leaving(path, leave) {
  return new Promise((resolve) => {
    const request = http.get({ host: '127.0.0.1', port: gate.server.port, path, agent: false }, (response) => {
      response.on('data', () => undefined);
      response.on('error', () => undefined);
    });
    request.on('error', () => resolve());
    request.on('close', () => resolve());
    leave(() => request.destroy());
  });
}

test('when the client goes, the request to the server behind is called off', async () => {
  for (const begun of [false, true]) {
    const cancelled = await gate.count('requests_total{end="cancelled"}');
    const gone = new Promise((told) => {
      up.answer = (_, response) => {
        if (begun) response.write('a beginning');
        response.on('close', () => told(response.writableEnded));
        go();
      };
    });
    let go;
    await leaving('/plain', (leave) => { go = leave; });
    assert.equal(await gone, false);
    up.answer = (request, response) => response.end(request.url);
    await until('it is counted', async () => await gate.count('requests_total{end="cancelled"}') === cancelled + 1);
  }
  assert.equal(await gate.count('outstanding'), 0);
});

test('a client that does not read holds up the server behind, not our memory', async () => {
  const megabytes = 64, piece = Buffer.alloc(1 << 20, 'x');
  let sent = 0, ended = false;
  await answering(async (_, response) => {
    for (; sent < megabytes && !response.destroyed; sent++)
      if (!response.write(piece)) await new Promise((resolve) => { response.once('drain', resolve); });
    response.end();
    ended = true;
  }, async () => {
    const before = (await gate.server.metrics()).process_resident_memory_bytes;
    const socket = net.connect(gate.server.port, '127.0.0.1', () => socket.write('GET /plain HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n'));
    socket.pause();
    await until('it has begun', () => sent > 0);
    for (let still = -1; still !== sent; await new Promise((resolve) => setTimeout(resolve, 500))) still = sent;
    assert.ok(!ended && sent < megabytes, `${sent} MiB were taken`);
    if (!process.env.TAKENSEAT_WATCHED)              /* the sanitizers keep what is given back */
      assert.ok((await gate.server.metrics()).process_resident_memory_bytes < before + (24 << 20));
    let got = 0;
    socket.on('data', (chunk) => { got += chunk.length; });
    socket.resume();
    await new Promise((resolve) => socket.on('end', resolve));
    assert.ok(got > megabytes << 20);
  });
});

test('one of two servers is asked while the other is busy, and a share of the clients gets the new one', async () => {
  const waiting = [];
  up.answer = (_, response) => waiting.push(response);
  other.answer = (_, response) => waiting.push(response);
  const both = [up.seen.length, other.seen.length];
  const answers = Array.from({ length: 8 }, () => gate.send('GET', '/both'));
  await until('all are asked', () => waiting.length === 8);
  assert.deepEqual([up.seen.length - both[0], other.seen.length - both[1]], [4, 4]);
  for (const response of waiting) response.end('ok');
  for (const answer of await Promise.all(answers)) ok(answer);
  up.answer = (_, response) => response.end('up');
  other.answer = (_, response) => response.end('other');
  const from = async (n) => (await gate.send('GET', '/canary', undefined, { 'x-forwarded-for': `198.51.100.${n}` })).text;
  const first = await Promise.all(Array.from({ length: 200 }, (_, n) => from(n)));
  assert.deepEqual(await Promise.all(first.map((_, n) => from(n))), first);
  const share = first.filter((name) => name === 'other').length;
  assert.ok(share > 15 && share < 70, `${share} of 200`);
});

test('a server that does not answer in time, or stops in the middle', async () => {
  await answering(() => undefined, async () => {
    const answer = await gate.send('GET', '/slow');
    refused(answer, 504, 'gateway_timeout');
    assert.equal(answer.headers['x-request-id'], last().headers['x-request-id']);
  });
  await answering((_, response) => { response.writeHead(200, { 'content-length': 10 }); response.write('half'); }, () =>
    assert.rejects(gate.send('GET', '/slow'), /aborted|hang up|ECONNRESET/));
  await answering((request) => request.socket.destroy(), async () => refused(await gate.send('POST', '/slow', { a: 1 }), 502, 'bad_gateway'));
  ok(await gate.send('GET', '/slow'));
});

test('a client that asks too often waits, another one does not', async () => {
  const from = (address) => gate.send('GET', '/limited', undefined, { 'x-forwarded-for': address });
  const answers = await Promise.all(Array.from({ length: 20 }, () => from('203.0.113.50')));
  const late = answers.filter((answer) => answer.status === 429);
  assert.ok(late.length >= 10, `${late.length} were refused`);
  refused(late[0], 429, 'too_many');
  assert.ok(Number(late[0].headers['retry-after']) >= 1);
  ok(await from('203.0.113.51'));
});

test('pages of the origins that are named may ask, and no others', async () => {
  const preflight = (origin) => gate.send('OPTIONS', '/pages/x', undefined, { origin, 'access-control-request-method': 'PUT', 'access-control-request-headers': 'x-a' });
  const before = up.seen.length;
  const allowed = await preflight('https://pages.test');
  assert.equal(allowed.status, 204);
  assert.equal(allowed.headers['access-control-allow-origin'], 'https://pages.test');
  assert.match(allowed.headers['access-control-allow-methods'], /PUT/);
  assert.equal(allowed.headers['access-control-allow-headers'], 'x-a');
  assert.equal((await preflight('https://evil.test')).status, 403);
  assert.equal(up.seen.length, before);
  await answering((_, response) => { response.setHeader('access-control-allow-origin', '*'); response.end(); }, async () => {
    const read = await gate.send('GET', '/pages/x', undefined, { origin: 'https://pages.test' });
    assert.equal(read.headers['access-control-allow-origin'], 'https://pages.test');
    assert.equal(read.headers.vary, 'Origin');
    assert.equal((await gate.send('GET', '/pages/x', undefined, { origin: 'https://evil.test' })).headers['access-control-allow-origin'], undefined);
  });
});

test('a stop lets what is under way finish', async () => {
  let release;
  const asked = new Promise((resolve) => { up.answer = (_, response) => { response.write('one '); release = () => response.end('two'); resolve(); }; });
  const answer = gate.send('GET', '/plain');
  await asked;
  gate.server.child.kill('SIGTERM');
  setTimeout(() => release(), 700);
  assert.equal((await answer).text, 'one two');
  await gate.server.ended;
  await gate.server.restart();
});
