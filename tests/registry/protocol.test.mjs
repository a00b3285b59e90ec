/* Eureka's REST protocol, as its clients speak it. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ids_of, instance, json, Registry } from '../lib/registry.mjs';
import { ok, refused } from '../lib/server.mjs';

let registry;

before(async () => { registry = await Registry.start(); });
after(() => registry.close());

const one = async (app, id) => ok(await registry.api('GET', `/apps/${app}/${id}`, undefined, { headers: json })).instance;
const xml = (path) => registry.api('GET', path);

test('registered, read, renewed, and gone again', async () => {
  await registry.enter('first', 'a');
  const { name, instance: [read] } = ok(await registry.api('GET', '/apps/first', undefined, { headers: json })).application;
  assert.equal(name, 'FIRST');
  assert.deepEqual(read.port, { $: 8080, '@enabled': 'true' });
  assert.equal(read.dataCenterInfo['@class'], 'com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo');
  assert.equal(read.leaseInfo.durationInSecs, 90);
  assert.equal(read.actionType, 'ADDED');
  assert.equal(read.lastDirtyTimestamp, '1000');
  assert.deepEqual(await one('FIRST', 'a'), read);
  const by_id = ok(await registry.api('GET', '/instances/a', undefined, { headers: json }));
  assert.deepEqual(by_id.instance, read);
  assert.equal(ok(await registry.beat('First', 'a')), undefined);
  ok(await registry.api('DELETE', '/apps/first/a'));
  refused(await registry.api('DELETE', '/apps/first/a'), 404, 'not_found');
  refused(await registry.beat('first', 'a'), 404, 'not_found');
  refused(await registry.api('GET', '/apps/first', undefined, { headers: json }), 404, 'not_found');
});

test('XML unless JSON is asked for, on every address that is in use', async () => {
  await registry.enter('forms', 'a', { metadata: { zone: 'a<b' } });
  for (const path of ['/apps', '/apps/', '/v2/apps', '/v2/apps/', '/apps/delta', '/apps/forms', '/apps/forms/a', '/instances/a', '/vips/forms']) {
    const plain = await registry.server.send('GET', `/eureka${path}`, undefined, { 'accept-encoding': 'gzip' });
    assert.equal(plain.status, 200, path);
    assert.equal(plain.type, 'application/xml', path);
    assert.match(plain.text, /<port enabled="true">8080<\/port>/, path);
    assert.match(plain.text, /<zone>a&lt;b<\/zone>/, path);
    const asked = await registry.server.send('GET', `/eureka${path}`, undefined, json);
    assert.match(asked.text, /"zone":"a<b"/, path);
    assert.ok(asked.json, path);
  }
  assert.match((await xml('/apps')).text, /^<\?xml version="1\.0" encoding="UTF-8"\?><applications><versions__delta>\d+<\/versions__delta><apps__hashcode>UP_\d+_</);
});

test('what was registered in XML is read in JSON', async () => {
  const body = Buffer.from(`<instance><hostName>h1</hostName><app>Xml</app><ipAddr>10.0.0.1</ipAddr><status>STARTING</status>
    <port enabled="false">80</port><securePort enabled="true">8443</securePort><vipAddress>x, y</vipAddress><secureVipAddress>sx</secureVipAddress>
    <dataCenterInfo class="c"><name>MyOwn</name></dataCenterInfo><metadata><zone>eins &amp; zwei</zone></metadata></instance>`);
  ok(await registry.api('POST', '/apps/XML', body, { headers: { 'content-type': 'application/xml' } }), 204);
  const read = await one('xml', 'h1');
  assert.equal(read.status, 'STARTING');
  assert.equal(read.metadata.zone, 'eins & zwei');
  assert.deepEqual(read.securePort, { $: 8443, '@enabled': 'true' });
  for (const path of ['/vips/x', '/vips/y', '/svips/sx']) assert.deepEqual(ids_of(await registry.all(path)), ['h1']);
  refused(await registry.api('GET', '/vips/sx', undefined, { headers: json }), 404, 'not_found');
});

test('the delta applied to what was read before is what is read now, and its hash says so', async () => {
  const lasting = { leaseInfo: { renewalIntervalInSecs: 30, durationInSecs: 3600 } };
  await registry.enter('moving', 'a', lasting);
  await registry.enter('moving', 'b', lasting);
  await registry.server.clock(181000);
  const known = new Map((await registry.all()).application.flatMap((a) => a.instance).map((i) => [`${i.app}/${i.instanceId}`, i]));
  assert.deepEqual((await registry.all('/apps/delta')).application.filter(({ name }) => name === 'MOVING'), []);
  ok(await registry.api('PUT', '/apps/moving/a/status?value=OUT_OF_SERVICE'));
  ok(await registry.api('DELETE', '/apps/moving/b'));
  await registry.enter('moving', 'c', lasting);
  const delta = await registry.all('/apps/delta');
  for (const i of delta.application.flatMap((a) => a.instance)) {
    if (i.actionType === 'DELETED') known.delete(`${i.app}/${i.instanceId}`);
    else known.set(`${i.app}/${i.instanceId}`, i);
  }
  const now = await registry.all();
  assert.deepEqual([...known.keys()].sort(), now.application.flatMap((a) => a.instance).map((i) => `${i.app}/${i.instanceId}`).sort());
  const counts = {};
  for (const { status } of known.values()) counts[status] = (counts[status] ?? 0) + 1;
  assert.equal(delta.apps__hashcode, Object.keys(counts).sort().map((status) => `${status}_${counts[status]}_`).join(''));
  assert.equal(delta.apps__hashcode, now.apps__hashcode);
});

test('staff takes an instance out and puts it back; its registrations do not undo that', async () => {
  await registry.enter('staff', 'a');
  ok(await registry.api('PUT', '/apps/staff/a/status?value=OUT_OF_SERVICE&lastDirtyTimestamp=1000'));
  await registry.enter('staff', 'a');
  const { status, overriddenstatus } = await one('staff', 'a');
  assert.deepEqual([status, overriddenstatus], ['OUT_OF_SERVICE', 'OUT_OF_SERVICE']);
  ok(await registry.api('DELETE', '/apps/staff/a/status?value=UP'));
  const after_it = await one('staff', 'a');
  assert.deepEqual([after_it.status, after_it.overriddenstatus], ['UP', 'UNKNOWN']);
  refused(await registry.api('PUT', '/apps/staff/a/status?value=BROKEN'), 400, 'invalid');
  refused(await registry.api('PUT', '/apps/staff/none/status?value=UP'), 404, 'not_found');
});

test('metadata is added to', async () => {
  await registry.enter('meta', 'a', { metadata: { zone: 'one' } });
  ok(await registry.api('PUT', '/apps/meta/a/metadata?zone=two&color=blue%20green'));
  assert.deepEqual((await one('meta', 'a')).metadata, { zone: 'two', color: 'blue green' });
  ok(await registry.api('PUT', `/apps/meta/a/metadata?more=${'x'.repeat(5000)}`));
  refused(await registry.api('PUT', `/apps/meta/a/metadata?zone=${'x'.repeat(5000)}`), 400, 'invalid');
  assert.equal((await one('meta', 'a')).metadata.zone, 'two');
});

test('a heartbeat that knows of a newer state asks for a registration', async () => {
  await registry.enter('dirty', 'a');
  ok(await registry.beat('dirty', 'a', '?status=UP&lastDirtyTimestamp=1000'));
  refused(await registry.beat('dirty', 'a', '?status=UP&lastDirtyTimestamp=1001'), 404, 'not_found');
  const answer = await registry.server.send('PUT', '/eureka/apps/dirty/a?lastDirtyTimestamp=999', undefined,
    { 'x-netflix-discovery-replication': 'true', ...json });
  assert.equal(answer.status, 409);
  assert.equal(answer.json.instance.lastDirtyTimestamp, '1000');
});

test('what cannot be registered is refused by the name of the member, and nothing is kept', async () => {
  const bad = [
    [{ hostName: '' }, 'hostName'], [{ ipAddr: undefined }, 'ipAddr'], [{ dataCenterInfo: undefined }, 'dataCenterInfo'], [{ app: 'other' }, 'app'],
    [{ instanceId: 'a/b' }, 'instanceId'], [{ port: { $: 'many' } }, 'port'], [{ metadata: { key: 'x'.repeat(9000) } }, 'metadata'],
    [{ homePageUrl: 'x'.repeat(2000) }, 'homePageUrl'], [{ leaseInfo: { durationInSecs: -1, renewalIntervalInSecs: 0 } }, 'leaseInfo'],
  ];
  for (const [change, field] of bad) {
    const { errors } = refused(await registry.api('POST', '/apps/bad', { instance: instance('bad', 'a', change) }), 400, 'invalid');
    assert.equal(errors[0].field, field);
  }
  const send = (type, text) => registry.api('POST', '/apps/bad', Buffer.from(text), { headers: { 'content-type': type } });
  refused(await send('text/plain', '{}'), 400, 'invalid');
  refused(await send('application/json', '{"instance":'), 400, 'invalid');
  refused(await send('application/json', '{}'), 400, 'invalid');
  refused(await send('application/xml', '<!DOCTYPE i [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><instance><app>&b;</app></instance>'), 400, 'invalid');
  refused(await send('application/xml', `<instance>${'<a>'.repeat(30)}${'</a>'.repeat(30)}</instance>`), 413, 'too_large');
  refused(await registry.api('POST', '/apps/bad', Buffer.alloc(70000, 0x20), { headers: { 'content-type': 'application/json' } }), 413, 'too_large');
  refused(await registry.api('GET', '/apps/bad', undefined, { headers: json }), 404, 'not_found');
});

test('who is not heard of is given up; of many at once only a part', async () => {
  await registry.server.clock(600000);
  await registry.server.clock(600000);
  for (const id of ['a', 'b', 'c']) await registry.enter('mortal', id);
  await registry.server.clock(80000);
  ok(await registry.beat('mortal', 'a'));
  await registry.server.clock(60000);
  assert.deepEqual(await registry.ids('MORTAL').then((ids) => ids.includes('a')), true);
  assert.equal((await registry.ids('MORTAL')).length, 2);
  ok(await registry.beat('mortal', 'a'));
  await registry.server.clock(60000);
  assert.deepEqual(await registry.ids('MORTAL'), ['a']);
  const figures = await registry.server.metrics();
  assert.ok(figures.takenseat_registry_evictions_total >= 2);
});

test('self-preservation: when nobody is heard of, nobody is given up', async () => {
  const ids = Array.from({ length: 20 }, (_, i) => `i${i}`);
  for (const id of ids) await registry.enter('house', id);
  await registry.server.clock(600000);
  assert.equal((await registry.ids('HOUSE')).length, 20);
  const page = await registry.server.send('GET', '/registry');
  assert.match(page.text, /Self-preservation: fewer heartbeats/);
  assert.equal((await registry.server.metrics()).takenseat_registry_self_preservation, 1);
  for (let beats = 0; beats < 3; beats++) for (const id of ids.slice(1)) ok(await registry.beat('house', id));
  await registry.server.clock(60000);
  assert.deepEqual(await registry.ids('HOUSE'), ids.slice(1).sort());
});

test('the page for people, in two languages, without scripts', async () => {
  await registry.enter('page', 'a&b');
  const english = await registry.server.send('GET', '/registry', undefined, { 'accept-language': 'en' });
  assert.match(english.headers['content-type'], /^text\/html/);
  assert.match(english.text, /<td>a&amp;b<\/td>/);
  assert.match(english.text, /Last heartbeat/);
  const korean = await registry.server.send('GET', '/registry', undefined, { 'accept-language': 'ko' });
  assert.match(korean.text, /<html lang="ko">.*마지막 하트비트/s);
  assert.doesNotMatch(english.text, /<script/);
});

test('through a proxy nobody is answered without a password', async () => {
  for (const header of ['x-forwarded-for', 'forwarded'])
    for (const [method, path] of [['GET', '/eureka/apps'], ['DELETE', '/eureka/apps/page/a'], ['GET', '/registry'], ['POST', '/eureka/peerreplication/batch']]) {
      const answer = await registry.server.send(method, path, method === 'POST' ? {} : undefined, { [header]: '10.0.0.1' });
      refused(answer, 403, 'forbidden');
    }
});

test('with a password everybody has to say it', async () => {
  const closed = await Registry.start({ 'registry.user': 'eureka', 'registry.password': 'open sesame' });
  try {
    const answer = refused(await closed.api('GET', '/apps'), 401, 'unauthenticated') && await closed.api('GET', '/apps');
    assert.match(answer.headers['www-authenticate'], /^Basic /);
    const basic = (text) => ({ authorization: `Basic ${Buffer.from(text).toString('base64')}`, ...json });
    refused(await closed.api('GET', '/apps', undefined, { headers: basic('eureka:open sesame!') }), 401, 'unauthenticated');
    ok(await closed.api('GET', '/apps', undefined, { headers: { ...basic('eureka:open sesame'), 'x-forwarded-for': '8.8.8.8' } }));
    refused(await closed.api('POST', '/apps/x', { instance: instance('x', 'a') }), 401, 'unauthenticated');
  } finally {
    await closed.close();
  }
});
