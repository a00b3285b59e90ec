/* Programs of others at our registry: Eureka's client for Node.js and Prometheus. Time is the machine's. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import eureka from 'eureka-js-client';
import { json, Registry } from '../lib/registry.mjs';
import { ok, Server } from '../lib/server.mjs';
import { until } from '../lib/until.mjs';

const silent = { warn() {}, info() {}, debug() {}, error() {} };
let registry;

before(async () => { registry = await Registry.start({ 'registry.evict_ms': 200 }, { clock: false }); });
after(() => registry.close());

/* A client with quick habits. */
function client(app, id, { delta = false, lease = 30 } = {}) {
  return new eureka.Eureka({
    logger: silent, shouldUseDelta: delta,
    instance: { app, instanceId: id, hostName: 'localhost', ipAddr: '127.0.0.1', port: { $: 8080, '@enabled': true }, vipAddress: `${app}.vip`,
      dataCenterInfo: { '@class': 'com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo', name: 'MyOwn' },
      leaseInfo: { renewalIntervalInSecs: 1, durationInSecs: lease } },
    eureka: { host: '127.0.0.1', port: registry.server.port, heartbeatInterval: 200, registryFetchInterval: 200, fetchMetadata: false },
  });
}

const started = (c) => new Promise((resolve, reject) => c.start((error) => (error ? reject(error) : resolve(c))));
const stopped = (c) => new Promise((resolve, reject) => c.stop((error) => (error ? reject(error) : resolve())));
const status_of = async (app, id) => (await registry.server.send('GET', `/eureka/apps/${app}/${id}`, undefined, json)).status;

/* It falls silent without a word, as a process that is killed. */
function silence(c) {
  clearInterval(c.heartbeat);
  clearInterval(c.registryFetch);
}

test('eureka-js-client registers, finds others, is renewed, and leaves', async () => {
  const shop = await started(client('shop', 'shop-1'));
  const user = await started(client('user', 'user-1', { delta: true }));
  try {
    assert.equal(shop.getInstancesByAppId('shop')[0].instanceId, 'shop-1');
    await until('the other is found', () => shop.getInstancesByVipAddress('user.vip').length === 1);
    await until('found by the delta', () => user.getInstancesByAppId('shop').length === 1);
    const beats = (await registry.server.metrics()).takenseat_registry_heartbeats_total;
    await until('heartbeats', async () => (await registry.server.metrics()).takenseat_registry_heartbeats_total > beats + 3);
    ok(await registry.api('PUT', '/apps/user/user-1/status?value=OUT_OF_SERVICE'));
    await until('who is out of service is not found', () => shop.getInstancesByVipAddress('user.vip').length === 0);
    ok(await registry.api('DELETE', '/apps/user/user-1/status?value=UP'));
    await until('found again', () => shop.getInstancesByVipAddress('user.vip').length === 1);
    await stopped(shop);
    assert.equal(await status_of('shop', 'shop-1'), 404);
    await until('gone for the one that reads deltas', () => user.getInstancesByAppId('shop').length === 0);
  } finally {
    silence(shop);
    await stopped(user);
  }
});

test('eureka-js-client registers again when it is told that nobody knows it', async () => {
  const shop = await started(client('again', 'again-1'));
  try {
    ok(await registry.api('DELETE', '/apps/again/again-1'));
    await until('it is back', async () => (await status_of('again', 'again-1')) === 200);
  } finally {
    await stopped(shop);
  }
});

test('eureka-js-client falls silent and is given up', async () => {
  const quiet = await started(client('quiet', 'quiet-1', { lease: 5 }));
  assert.equal(await status_of('quiet', 'quiet-1'), 200);
  silence(quiet);
  await until('it is given up', async () => (await status_of('quiet', 'quiet-1')) === 404);
});

/* ---- this program as a member ---- */

const settings = () => ({ 'registry.urls': `http://127.0.0.1:1/eureka, ${registry.url}/`, 'registry.renew_seconds': 1, 'registry.lease_seconds': 60 });

test('a process of ours registers with the first registry that answers, comes back when forgotten, and leaves when it stops', async () => {
  const member = await Server.start({ clock: false, settings: { ...settings(), 'registry.app': 'ours' } });
  const id = `127.0.0.1:ours:${member.port}`;
  const read = async () => ok(await registry.api('GET', `/apps/ours/${id}`, undefined, { headers: json })).instance;
  try {
    await until('it is registered', async () => (await status_of('ours', id)) === 200);
    const { port, metadata, healthCheckUrl, leaseInfo } = await read();
    assert.equal(port.$, member.port);
    assert.equal(healthCheckUrl, `http://127.0.0.1:${member.port}/health/ready`);
    assert.ok(metadata.services.split(',').includes('booking'));
    await until('it is renewed', async () => (await read()).leaseInfo.lastRenewalTimestamp > leaseInfo.registrationTimestamp);
    ok(await registry.api('DELETE', `/apps/ours/${id}`));
    await until('it registers again', async () => (await status_of('ours', id)) === 200);
  } finally {
    await member.stop();
  }
  assert.equal(await status_of('ours', id), 404);
});

/* ---- Prometheus ---- */

/* What a server says in JSON; nothing while it does not answer. */
const ask = (url) => new Promise((resolve) => {
  http.get(url, (response) => {
    let text = '';
    response.on('data', (chunk) => { text += chunk; });
    response.on('end', () => { try { resolve(JSON.parse(text)); } catch { resolve(undefined); } });
  }).on('error', () => resolve(undefined));
});

async function prometheus(folder, config, run) {
  await writeFile(join(folder, 'prometheus.yml'), config);
  const child = spawn('prometheus', [`--config.file=${join(folder, 'prometheus.yml')}`, `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:0`], { stdio: ['ignore', 'ignore', 'pipe'] });
  const orphan = () => child.kill('SIGKILL');
  process.once('exit', orphan);
  const ended = new Promise((resolve) => { child.once('exit', resolve); child.once('error', resolve); });
  let heard = '';
  child.stderr.on('data', (chunk) => { heard += chunk; });
  try {
    const [, address] = await until('Prometheus listens', () => /"Listening on" address=(\S+)/.exec(heard));
    await run(`http://${address}`);
  } catch (error) {
    error.message += `\nPrometheus says: ${heard.slice(-4000)}`;
    throw error;
  } finally {
    child.kill('SIGTERM');
    await ended;
    process.removeListener('exit', orphan);
  }
}

test('Prometheus finds a process of ours in the registry and reads its metrics', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'takenseat-prometheus-'));
  const member = await Server.start({ clock: false, settings: { ...settings(), 'registry.app': 'watched' } });
  const config = `global: { scrape_interval: 1s }
scrape_configs:
  - job_name: eureka
    eureka_sd_configs: [ { server: '${registry.url}', refresh_interval: 1s } ]
    relabel_configs:
      - { source_labels: [__meta_eureka_app_name], regex: WATCHED, action: keep }
      - { source_labels: [__meta_eureka_app_instance_metadata_metrics], target_label: __metrics_path__ }
      - { source_labels: [__meta_eureka_app_name], target_label: app }
`;
  try {
    await prometheus(folder, config, async (url) => {
      const query = `${url}/api/v1/query?query=${encodeURIComponent('process_resident_memory_bytes{app="WATCHED"}')}`;
      const [{ metric, value }] = await until('the process is found and read', async () => {
        const answer = await ask(query);
        return answer?.data?.result?.length ? answer.data.result : undefined;
      }, 60);
      assert.equal(metric.instance, `127.0.0.1:watched:${member.port}`);
      assert.ok(Number(value[1]) > 1e6);
    });
  } finally {
    await member.stop();
    await rm(folder, { recursive: true, force: true });
  }
});
