/* Servers behind that lie, die, hang, come and go. */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Registry } from '../lib/registry.mjs';
import { ok, program, refused } from '../lib/server.mjs';
import { until } from '../lib/until.mjs';
import { Gateway, bytes_upstream, upstream } from '../lib/upstream.mjs';

const whole = 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok';
let liar, gate;

before(async () => {
  liar = await bytes_upstream((socket) => socket.write(whole));
  gate = await Gateway.open(`upstream liar ${liar.url}\nroute /liar liar answer_ms=2000 idle_ms=1000\n`, { settings: { 'gateway.breaker_requests': 1000, 'http.loops': 2 } });
});
after(async () => {
  await gate.close();
  await liar.close();
});

const saying = async (bytes, run) => {
  liar.say = (socket) => { socket.write(bytes, 'latin1'); };
  try { return await run(); } finally { liar.say = (socket) => socket.write(whole); }
};

const malformed = {
  'two framings': 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n',
  'two lengths': 'HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nok',
  'a folded line': 'HTTP/1.1 200 OK\r\nX: a\r\n b\r\nContent-Length: 2\r\n\r\nok',
  'bare line ends': 'HTTP/1.1 200 OK\nContent-Length: 2\n\nok',
  'a coding of its own': 'HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n',
  'no HTTP': 'SSH-2.0-OpenSSH_9.2\r\n\r\n',
  'NUL': 'HTTP/1.1 200 OK\r\nX: \0\r\nContent-Length: 2\r\n\r\nok',
  'another protocol': 'HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n',
  'a head without an end': `HTTP/1.1 200 OK\r\n${'X: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\r\n'.repeat(80)}\r\n`,
  'interim answers without an end': 'HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(20),
};

test('an answer with more than one meaning is none: 502, and its connection is not used again', async () => {
  for (const [name, bytes] of Object.entries(malformed)) {
    refused(await saying(bytes, () => gate.send('GET', '/liar')), 502, 'bad_gateway');
    const before = liar.connections;
    assert.equal((await gate.send('GET', '/liar')).text, 'ok', name);
    assert.equal(liar.connections, before + 1, name);
  }
});

test('bytes behind an answer are not the next one', async () => {
  const stuffed = `${whole}HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil`;
  for (let i = 0; i < 5; i++) assert.equal((await saying(stuffed, () => gate.send('GET', '/liar'))).text, 'ok');
  assert.equal((await gate.send('GET', '/liar')).text, 'ok');
  assert.equal((await saying(`HTTP/1.1 100 Continue\r\n\r\n${whole}`, () => gate.send('GET', '/liar'))).text, 'ok');
  await assert.rejects(saying('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nokXX', () => gate.send('GET', '/liar')), /aborted|hang up|ECONNRESET/);
});

test('an answer in single bytes is the same answer', async () => {
  liar.say = (socket) => {
    const bytes = 'HTTP/1.1 200 OK\r\nX-A: b\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n1;x=y\r\n \r\n3\r\ntwo\r\n0\r\nT: x\r\n\r\n';
    let at = 0;
    const next = () => { if (at < bytes.length) socket.write(bytes[at++], () => setImmediate(next)); };
    socket.setNoDelay(true);
    next();
  };
  const answer = await gate.send('GET', '/liar');
  liar.say = (socket) => socket.write(whole);
  assert.equal(answer.text, 'one two');
  assert.equal(answer.headers['x-a'], 'b');
});

/* Each connection answers once, then closes as soon as the next request is on it. */
test('a connection that is lost under a request: a question is asked again, an order is not', async () => {
  let orders = 0, questions = 0, fail = false;
  liar.say = (socket, text) => {
    if (text.startsWith('POST')) orders++; else questions++;
    if (fail) { fail = false; socket.destroy(); } else socket.write(whole);
  };
  ok(await gate.send('GET', '/liar'));
  fail = true;
  const before = questions;
  assert.equal((await gate.send('GET', '/liar')).text, 'ok');
  assert.equal(questions, before + 2);
  fail = true;
  refused(await gate.send('POST', '/liar', { pay: 1 }), 502, 'bad_gateway');
  assert.equal(orders, 1);
  assert.ok(await gate.count('retries_total') >= 1);
  liar.say = (socket) => socket.write(whole);
});

test('of two servers the one that is dead is passed over, and asked again when it is back', async () => {
  const alive = await upstream((_, response) => response.end('alive'));
  let dead = await upstream((_, response) => response.end('back'));
  const port = dead.port;
  const two = await Gateway.open(`upstream two ${alive.url} ${dead.url}\nroute /two two\n`, { settings: { 'gateway.eject_failures': 3, 'gateway.eject_ms': 300 } });
  try {
    await dead.close();
    for (let i = 0; i < 40; i++) {
      const answer = await two.send(i % 2 ? 'GET' : 'POST', '/two', i % 2 ? undefined : { i });
      assert.ok(answer.status === 200 || answer.status === 502, `${answer.status}`);         /* 502: beyond what may be tried again */
    }
    assert.ok(await two.count('ejections_total') >= 1);
    const retries = await two.count('retries_total');
    assert.ok(retries >= 3 && retries <= 8, `${retries} tries again of 40`);
    dead = await upstream((_, response) => response.end('back'), port);
    await until('it is asked again', async () => (await two.send('GET', '/two')).text === 'back');
  } finally {
    await two.close();
    await alive.close();
    await dead.close();
  }
});

test('an upstream that fails is left alone for a while, and /health/ready says so', async () => {
  let ill = true, asked = 0;
  const patient = await upstream((_, response) => { asked++; response.statusCode = ill ? 503 : 200; response.end('x'); });
  const one = await Gateway.open(`upstream patient ${patient.url}\nroute /p patient\n`, { settings: { 'gateway.breaker_requests': 10, 'gateway.breaker_ms': 1500 } });
  try {
    for (let i = 0; i < 10; i++) assert.equal((await one.send('GET', '/p')).status, 503);
    assert.equal(asked, 10);
    const answer = await one.send('GET', '/p');
    refused(answer, 503, 'unavailable');
    assert.ok(answer.headers['retry-after']);
    assert.equal(asked, 10);
    await until('it is named', async () => (await one.send('GET', '/health/ready')).json.without?.includes('gateway'));
    ill = false;
    await until('it is asked again', async () => (await one.send('GET', '/p')).status === 200);
    await until('all is well', async () => (await one.send('GET', '/health/ready')).json.status === 'ok');
    assert.equal(await one.count('breaks_total'), 1);
  } finally {
    await one.close();
    await patient.close();
  }
});

test('servers are found in the registry, by name, as they come and go', async () => {
  const registry = await Registry.start({}, { clock: false });
  const one = await upstream((_, response) => response.end('one'));
  const two = await upstream((_, response) => response.end('two'));
  const enter = (id, up) => registry.enter('MEDIA', id, { port: { $: up.port, '@enabled': 'true' } });
  await enter('media-1', one);
  const found = await Gateway.open(`upstream media registry:media\nupstream named http://localhost:${two.port}\nroute /media media\nroute /named named\n`,
    { settings: { 'gateway.look_seconds': 1, 'registry.urls': `${registry.url}` } });
  const text = async (path) => (await found.send('GET', path)).text;
  try {
    await until('the first is found', async () => await text('/media') === 'one');
    await until('the name is found', async () => await text('/named') === 'two');
    await enter('media-2', two);
    await until('the second is found', async () => await text('/media') === 'two');
    ok(await registry.api('DELETE', '/apps/MEDIA/media-1'));
    await until('the first is not asked any more', async () => {
      for (let i = 0; i < 4; i++) if (await text('/media') !== 'two') return false;
      return true;
    });
    await registry.server.kill9();
    try {
      for (let i = 0; i < 4; i++) assert.equal(await text('/media'), 'two');         /* what was known before holds */
    } finally {
      await registry.server.restart();
    }
  } finally {
    await found.close();
    await one.close();
    await two.close();
    await registry.close();
  }
});

test('what is wrong with the settings is told at the start, with its key', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'takenseat-gateway-'));
  const table = join(folder, 'table');
  const start = (flags) => new Promise((resolve) => execFile(program, ['serve', '--data', join(folder, 'data'), '--port', '0', ...flags], { timeout: 60000 },
    (error, stdout, stderr) => resolve({ code: error?.code, said: stdout + stderr })));
  try {
    await writeFile(table, 'upstream up http://127.0.0.1:1\nroute /api/v1/schedules up\n');
    const ours = await start([`--gateway.table=${table}`]);
    assert.notEqual(ours.code, 0);
    assert.match(ours.said, /gateway\.table: .* line 2: .*\/api\/v1\/schedules.* is a path of this program/);
    const missing = await start([`--gateway.table=${join(folder, 'nothing')}`]);
    assert.match(missing.said, /gateway\.table: .*No such file/);
    assert.match((await start(['--gateway.retry_percent=200'])).said, /gateway\.retry_percent/);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test('many at once, some of whom leave: nothing is left behind', async () => {
  const agent = new http.Agent({ keepAlive: true, maxSockets: 50 });
  const ask = (i) => new Promise((resolve) => {
    const request = http.get({ host: '127.0.0.1', port: gate.server.port, path: `/liar/${i}`, agent }, (response) => {
      response.resume();
      response.on('end', () => resolve(response.statusCode));
      response.on('error', () => resolve(0));
    });
    request.on('error', () => resolve(0));
    if (i % 7 === 0) setImmediate(() => request.destroy());
  });
  const answers = await Promise.all(Array.from({ length: 1000 }, (_, i) => ask(i)));
  agent.destroy();
  answers.forEach((status, i) => assert.ok(i % 7 === 0 || status === 200, `${i}: ${status}`));
  await until('nobody is waited for', async () => await gate.count('outstanding') === 0);
});
