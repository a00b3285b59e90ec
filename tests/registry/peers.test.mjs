/* Two registries that tell each other; time is the machine's. */
import assert from 'node:assert/strict';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { instance, json, Registry } from '../lib/registry.mjs';
import { ok } from '../lib/server.mjs';
import { until } from '../lib/until.mjs';

let first, second;

/* Ports that both are told beforehand. */
async function free_ports(n) {
  const servers = Array.from({ length: n }, () => net.createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

const start = (port, peer) => Registry.start({ 'registry.peers': `http://127.0.0.1:${peer}/eureka`, 'registry.user': 'eureka', 'registry.password': 'sesame' },
  { clock: false, port });
const known = { ...json, authorization: `Basic ${Buffer.from('eureka:sesame').toString('base64')}` };
const api = (of, method, path, body) => of.api(method, path, body, { headers: known });
const read = async (of, app, id) => (await api(of, 'GET', `/apps/${app}/${id}`)).json?.instance;
const enter = async (of, app, id, change) => ok(await api(of, 'POST', `/apps/${app}`, { instance: instance(app, id, change) }), 204);
const ids = async (of) => {
  const answer = await api(of, 'GET', '/apps');
  return answer.status === 200 ? answer.json.applications.application.flatMap((a) => a.instance.map((i) => i.instanceId)).sort() : [];
};
const both = (what, is_so) => until(what, async () => (await is_so(first)) && (await is_so(second)));

/* Somebody may have taken a port meanwhile: then on others. */
async function start_both(tries = 5) {
  const [a, b] = await free_ports(2);
  const started = await Promise.allSettled([start(a, b), start(b, a)]);
  const failed = started.find(({ reason }) => reason);
  if (!failed) return started.map(({ value }) => value);
  await Promise.all(started.map(({ value }) => value?.close()));
  if (tries === 1 || !/in use/.test(failed.reason.message)) throw failed.reason;
  return start_both(tries - 1);
}

before(async () => {
  [first, second] = await start_both();
  await both('both serve', async (of) => (await api(of, 'GET', '/apps')).status === 200);
});
after(() => Promise.all([first?.close(), second?.close()]));

test('what one is told, the other knows: registration, status, metadata, leaving', async () => {
  await enter(first, 'shop', 'a', { metadata: { zone: 'one' } });
  await until('registered', () => read(second, 'shop', 'a'));
  ok(await api(second, 'PUT', '/apps/shop/a/status?value=OUT_OF_SERVICE'));
  await until('out of service', async () => (await read(first, 'shop', 'a')).overriddenstatus === 'OUT_OF_SERVICE');
  ok(await api(first, 'DELETE', '/apps/shop/a/status?value=UP'));
  await until('up again', async () => { const i = await read(second, 'shop', 'a'); return i.status === 'UP' && i.overriddenstatus === 'UNKNOWN'; });
  ok(await api(first, 'PUT', '/apps/shop/a/metadata?zone=two'));
  await until('metadata', async () => (await read(second, 'shop', 'a')).metadata.zone === 'two');
  ok(await api(second, 'DELETE', '/apps/shop/a'));
  await until('gone', async () => !await read(first, 'shop', 'a'));
});

test('heartbeats are passed on', async () => {
  await enter(first, 'beat', 'a');
  const before_it = (await until('registered', () => read(second, 'beat', 'a'))).leaseInfo.lastRenewalTimestamp;
  await until('renewed at the other', async () => {
    ok(await api(first, 'PUT', '/apps/beat/a?status=UP&lastDirtyTimestamp=1000'));
    return (await read(second, 'beat', 'a')).leaseInfo.lastRenewalTimestamp > before_it;
  });
});

test('what a peer has missed it learns from the next heartbeat', async () => {
  await enter(first, 'missed', 'a');
  await until('registered', () => read(second, 'missed', 'a'));
  ok(await second.server.send('DELETE', '/eureka/apps/missed/a', undefined, { ...known, 'x-netflix-discovery-replication': 'true' }));
  assert.equal(await read(second, 'missed', 'a'), undefined);
  assert.ok(await read(first, 'missed', 'a'));
  await until('there again', async () => {
    ok(await api(first, 'PUT', '/apps/missed/a'));
    return read(second, 'missed', 'a');
  });
});

test('a peer is told what it does not know, and tells what it knows better', async () => {
  await enter(second, 'better', 'a', { lastDirtyTimestamp: '2000', hostName: 'newer' });
  const item = (action, change) => ({ appName: 'BETTER', id: 'a', lastDirtyTimestamp: 1000, status: 'UP', action, ...change });
  const { responseList } = ok(await api(second, 'POST', '/peerreplication/batch/', { replicationList: [item('Heartbeat'), item('Heartbeat', { id: 'none' }),
    item('StatusUpdate', { status: 'DOWN' }), item('Cancel', { id: 'none' }), item('Dance'), item('Register', { instanceInfo: instance('other', 'b') })] }));
  assert.deepEqual(responseList.map(({ statusCode }) => statusCode), [409, 404, 200, 404, 400, 200]);
  assert.equal(responseList[0].responseEntity.hostName, 'newer');
  assert.equal((await read(second, 'better', 'a')).status, 'DOWN');
  await enter(second, 'marker', 'told');                                  /* told after all that is told on: what a peer told is not among it */
  await until('told', () => read(first, 'marker', 'told'));
  assert.equal(await read(first, 'other', 'b'), undefined);
  ok(await api(second, 'DELETE', '/apps/other/b'));
});

test('killed and started again, a registry knows all at once; what was said meanwhile reaches it', async () => {
  for (let i = 0; i < 30; i++) await enter(i % 2 ? first : second, 'many', `m${i}`);
  await both('all 30 at both', async (of) => (await ids(of)).filter((id) => id.startsWith('m')).length === 30);
  await second.server.kill9();
  await enter(first, 'many', 'while-away');
  await second.server.restart();
  await until('the copy', async () => (await ids(second)).length > 0);
  assert.deepEqual(await ids(second), await ids(first));
  await enter(second, 'many', 'after-it');
  await until('and the other way', async () => (await ids(first)).includes('after-it'));
  const page = await first.server.send('GET', '/registry', undefined, known);
  assert.match(page.text, /<h2>Peers<\/h2>/);
});
