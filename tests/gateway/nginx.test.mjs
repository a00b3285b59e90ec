/* nginx behind the gateway: files, parts of files, what has not changed, and pages that it compresses. */
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { ok } from '../lib/server.mjs';
import { until } from '../lib/until.mjs';
import { Gateway } from '../lib/upstream.mjs';

const nginx = process.env.NGINX ?? ['/usr/sbin/nginx', '/usr/local/sbin/nginx'].find((path) => spawnSync(path, ['-v']).status === 0);

async function free_port() {
  const server = net.createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/* Started by root, its workers would be nobody's, who may not enter root's temporary folders. */
const user = process.getuid() === 0 ? 'user root;' : '';

const answers = (port) => new Promise((resolve) => {
  const socket = net.connect(port, '127.0.0.1', () => { socket.destroy(); resolve(true); });
  socket.on('error', () => resolve(false));
});

test('files of nginx come through as they are', { skip: !nginx && 'nginx is not there' }, async () => {
  const folder = await mkdtemp(join(tmpdir(), 'takenseat-nginx-'));
  const file = randomBytes(2_000_000), text = 'word '.repeat(20000), port = await free_port();
  await mkdir(join(folder, 'files'));
  await mkdir(join(folder, 'temp'));
  await writeFile(join(folder, 'files/big.bin'), file);
  await writeFile(join(folder, 'files/page.txt'), text);
  await writeFile(join(folder, 'nginx.conf'), `daemon off; ${user} worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log;
events { worker_connections 64; }
http { access_log off; gzip on; gzip_types text/plain; types { text/plain txt; } client_body_temp_path ${folder}/temp; proxy_temp_path ${folder}/temp;
  fastcgi_temp_path ${folder}/temp; uwsgi_temp_path ${folder}/temp; scgi_temp_path ${folder}/temp;
  server { listen 127.0.0.1:${port}; root ${folder}/files; } }`);
  const child = spawn(nginx, ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], { stdio: 'ignore' });
  const orphan = () => child.kill('SIGKILL');
  process.once('exit', orphan);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  await until('nginx listens', () => answers(port));
  const gate = await Gateway.open(`upstream files http://127.0.0.1:${port}\nroute /files files strip methods=GET,HEAD\n`);
  try {
    const whole = await gate.send('GET', '/files/big.bin');
    ok(whole);
    assert.ok(whole.bytes.equals(file));
    const part = await gate.send('GET', '/files/big.bin', undefined, { range: 'bytes=1000-1999' });
    assert.equal(part.status, 206);
    assert.ok(part.bytes.equals(file.subarray(1000, 2000)));
    assert.equal((await gate.send('GET', '/files/big.bin', undefined, { 'if-none-match': whole.headers.etag })).status, 304);
    assert.equal((await gate.send('HEAD', '/files/big.bin')).headers['content-length'], '2000000');
    const packed = await gate.send('GET', '/files/page.txt', undefined, { 'accept-encoding': 'gzip' });
    assert.equal(packed.headers['content-encoding'], 'gzip');
    assert.equal(gunzipSync(packed.bytes).toString(), text);
    assert.equal((await gate.send('GET', '/files/nothing')).status, 404);
  } finally {
    await gate.close();
    child.kill('SIGTERM');
    await ended;
    process.removeListener('exit', orphan);
    await rm(folder, { recursive: true, force: true });
  }
});
