/* A server of its own for each test file: on a free loopback port, with its data in a folder that is removed afterwards. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Contract } from './contract.mjs';
import { Split } from './split.mjs';
import { store } from './store.mjs';

export const program = process.env.TAKENSEAT ?? fileURLToPath(new URL('../../build/takenseat', import.meta.url));
export const admin = { email: 'admin@example.com', password: 'correct horse battery 9' };

/* The administrator of the tests has no second factor, and the clock goes far. */
const settings_of_tests = { 'auth.argon2_ops': 1, 'auth.argon2_memory_kib': 8, 'auth.admin_grace_days': 3650 };
const start_deadline_ms = 60000;

function run(args, input = '') {
  return new Promise((resolve) => {
    const child = execFile(program, args, { maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve({ code: error ? error.code ?? error.signal : 0, stdout, stderr }));
    child.stdin.on('error', () => undefined);         /* it may end without having read */
    child.stdin.end(input);
  });
}

function figures_of(text) {
  return Object.fromEntries(text.split('\n').filter((line) => line && line[0] !== '#').map((line) => {
    const space = line.lastIndexOf(' ');
    return [line.slice(0, space), Number(line.slice(space + 1))];
  }));
}

/* A body may be given as bytes, to send what is no JSON. */
function encode(body) {
  return body === undefined || Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
}

export class Server {
  /* clock: time stands still but for clock(); settings: as on the command line, without the dashes; port: 0 takes a free one; keys_of: a server whose
   * keys this one has too; split: one process a service (split.mjs). */
  static async start({ clock = true, settings = {}, port = 0, keys_of, split = Boolean(process.env.TAKENSEAT_TEST_SPLIT) } = {}) {
    const server = new Server();
    server.flags = clock ? ['--bench', '--test-clock'] : ['--bench'];
    server.settings = Object.entries({ ...settings_of_tests, ...settings }).map(([name, value]) => `--${name}=${value}`);
    server.data = await mkdtemp(join(tmpdir(), 'takenseat-server-'));
    if (keys_of) await copyFile(join(keys_of.data, 'secret'), join(server.data, 'secret'));
    server.log_path = join(server.data, 'server.log');
    server.agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
    server.store = store(server.data);
    server.settings.push(...server.store.settings);
    if (process.env.TAKENSEAT_TEST_BUS && !('bus.url' in settings))          /* any test, with its events through Kafka */
      server.settings.push(`--bus.url=${process.env.TAKENSEAT_TEST_BUS}`, `--bus.prefix=${basename(server.data)}.`);
    server.settings.push(...(process.env.TAKENSEAT_TEST_SETTINGS ?? '').split(' ').filter(Boolean).map((setting) => `--${setting}`));
    const shared = [...server.settings];
    if (split) {
      server.split = await Split.plan();
      server.settings.push(...server.split.front);
    }
    await server.store.make();
    const made = await run(['admin', 'create', '--data', server.data, '--email', admin.email, '--password-stdin', '--bench', ...server.settings],
      `${admin.password}\n`);
    assert.equal(made.code, 0, made.stderr);
    try {
      await server.split?.start(program, join(server.data, 'secret'), server.flags, shared);
      await server.launch(port);
    } catch (error) {
      await server.split?.drop();
      throw error;
    }
    server.contract = new Contract((await server.send('GET', '/openapi.json')).json);
    return server;
  }

  /* Another process on the same database, which stands by until it can have it. */
  static async beside(server) {
    const other = Object.assign(new Server(), { flags: server.flags, settings: server.settings, data: server.data, store: server.store, contract: server.contract });
    other.log_path = join(server.data, `beside-${server.child.pid}.log`);
    other.agent = new http.Agent({ keepAlive: true, maxSockets: 256 });
    await other.launch(0, 'standing by');
    return other;
  }

  /* Starts the process and gives the milliseconds until it said that it is serving (or standing by), and was ready to. */
  async launch(port, says = 'serving') {
    const begun = performance.now();
    const log = createWriteStream(this.log_path, { flags: 'a' });
    const child = spawn(program, ['serve', '--data', this.data, '--port', String(port), ...this.flags, ...this.settings],
      { stdio: ['ignore', 'pipe', 'pipe'] });
    this.child = child;
    const orphan = () => child.kill('SIGKILL');
    process.once('exit', orphan);
    this.ended = new Promise((resolve) => child.on('exit', (code, signal) => {
      process.removeListener('exit', orphan);
      resolve({ code, signal });
    }));
    this.heard = '';
    const serving = new Promise((resolve, reject) => {
      const hear = (chunk) => {
        log.write(chunk);
        this.heard = (this.heard + chunk).slice(-65536);
        const told = new RegExp(`"msg":"${says}".*?"port":(\\d+)`).exec(this.heard);
        if (told) resolve(Number(told[1]));
      };
      child.stdout.on('data', hear);
      child.stderr.on('data', hear);
      this.ended.then((end) => reject(new Error(`the server ended with ${JSON.stringify(end)}\n${this.heard}`)));
      setTimeout(() => reject(new Error(`the server does not start\n${this.heard}`)), start_deadline_ms).unref();
    });
    this.port = await serving;
    if (says === 'serving') assert.equal((await this.send('GET', '/health/ready')).status, 200);
    return performance.now() - begun;
  }

  /* One request, without any check of its answer. */
  send(method, path, body, headers = {}) {
    const bytes = encode(body);
    const begun = performance.now();
    return new Promise((resolve, reject) => {
      const request = http.request({ host: '127.0.0.1', port: this.port, method, path, agent: this.agent,
        headers: { ...(bytes && { 'content-type': 'application/json', 'content-length': bytes.length }), ...headers } });
      request.on('error', (error) => setTimeout(() => reject(this.down() ?? error), 50));
      request.on('response', (response) => {
        const chunks = [];
        response.on('error', reject);
        response.on('data', (chunk) => chunks.push(chunk));
        response.on('end', () => resolve(new Answer(response, Buffer.concat(chunks), performance.now() - begun)));
      });
      request.end(bytes);
    });
  }

  /* One request; its answer must be one that /openapi.json describes. `as` is a user of the world, or anything with a token. */
  async api(method, path, body, { as, token = as?.token, key, pass, lang, headers } = {}) {
    const answer = await this.send(method, path, body, {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(key && { 'idempotency-key': key }),
      ...(pass && { 'queue-pass': pass }),
      ...(lang && { 'accept-language': lang }),
      ...headers,
    });
    this.contract.check(method, path, answer);
    return answer;
  }

  /* Why no request can succeed any more, if so. */
  down() {
    const { exitCode, signalCode } = this.child;
    return exitCode === null && signalCode === null ? undefined : new Error(`the server ended by itself: ${signalCode ?? exitCode}; its log: ${this.heard.slice(-1500)}`);
  }

  /* Moves the test clock; what is due by then has been done when it returns. */
  async clock(ms) {
    const answer = await this.send('POST', '/test/clock', { advance_ms: ms });
    assert.equal(answer.status, 200, answer.text);
    return answer.json.now;
  }

  /* The figures of /metrics by name with labels; of all processes of a split shop together. */
  async metrics() {
    const { text } = await this.send('GET', '/metrics');
    const figures = figures_of(text);
    for (const other of await this.split?.metrics() ?? [])
      for (const [name, value] of Object.entries(figures_of(other))) figures[name] = (figures[name] ?? 0) + value;
    return figures;
  }

  async kill9() {
    this.child.kill('SIGKILL');
    await this.ended;
    this.agent.destroy();
  }

  /* On the same port, with the same data; gives the milliseconds until it serves. */
  restart() {
    return this.launch(this.port);
  }

  async terminate() {
    this.child.kill('SIGTERM');
    const end = await this.ended;
    this.agent.destroy();
    assert.deepEqual(end, { code: 0, signal: null }, `the server did not end well\n${await this.log()}`);
  }

  async audit() {
    const { code, stdout, stderr } = await run(['audit', '--data', this.data, ...this.settings]);
    assert.equal(code, 0, `the audit found something\n${stdout}${stderr}`);
    assert.match(stdout, /all invariants hold/);
  }

  async log() {
    return readFile(this.log_path, 'utf8');
  }

  /* Every test ends here: the server ends with status 0, its data passes the audit and is removed. */
  async stop() {
    try {
      await this.terminate();
      await this.audit();
      assert.deepEqual(await this.split?.stop() ?? [], []);
    } finally {
      this.child.kill('SIGKILL');
      await this.split?.drop();
      await this.store.drop();
      await rm(this.data, { recursive: true, force: true });
    }
  }
}

class Answer {
  constructor(response, bytes, ms) {
    this.status = response.statusCode;
    this.headers = response.headers;
    this.bytes = bytes;
    this.ms = ms;
  }

  get type() {
    return (this.headers['content-type'] ?? '').split(';')[0];
  }

  get text() {
    return this.bytes.toString('utf8');
  }

  /* The body read as JSON; undefined where it is none. */
  get json() {
    if (this.parsed === undefined && /json$/.test(this.type)) this.parsed = JSON.parse(this.text);
    return this.parsed;
  }
}

/* Asserts a status and gives the body. */
export function ok(answer, status = 200) {
  assert.equal(answer.status, status, answer.text.slice(0, 2000));
  return answer.json;
}

/* Asserts a refusal: its status and the stable word for it. */
export function refused(answer, status, code) {
  assert.equal(answer.status, status, answer.text.slice(0, 2000));
  assert.equal(answer.json.code, code, answer.text.slice(0, 2000));
  return answer.json;
}
