/* takenseat-psp for a test file: the simulator of payment companies on a free loopback port, and a merchant's endpoint for its webhooks. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import http from 'node:http';
import { fileURLToPath } from 'node:url';
import { until } from './until.mjs';

export const program = process.env.TAKENSEAT_PSP ?? fileURLToPath(new URL('../../build/takenseat-psp', import.meta.url));
export const secret_key = 'sk_test_merchant_one';
export const webhook_secret = 'whsec_of_the_tests';

export class Psp {
  static async start(...args) {
    const psp = new Psp();
    psp.child = spawn(program, ['--secret-key', secret_key, '--webhook-secret', webhook_secret, '--max-seconds', '600', ...args],
      { stdio: ['ignore', 'pipe', 'inherit'] });
    const orphan = () => psp.child.kill('SIGKILL');
    process.once('exit', orphan);
    psp.ended = new Promise((resolve) => psp.child.on('exit', (code) => {
      process.removeListener('exit', orphan);
      resolve(code);
    }));
    psp.url = await new Promise((resolve, reject) => {
      let heard = '';
      psp.child.stdout.on('data', (chunk) => {
        heard += chunk;
        const told = /psp listens on (http:\S+)/.exec(heard);
        if (told) resolve(told[1]);
      });
      psp.ended.then((code) => reject(new Error(`takenseat-psp ended with ${code}`)));
    });
    psp.port = Number(new URL(psp.url).port);
    return psp;
  }

  /* One request; a body that is a string is sent as it is. */
  async send(method, path, body, headers = {}) {
    const bytes = typeof body === 'string' ? body : body && JSON.stringify(body);
    const answer = await fetch(path.startsWith('http') ? path : this.url + path, { method, body: bytes, redirect: 'manual',
      headers: { ...(bytes && typeof body !== 'string' && { 'content-type': 'application/json' }), ...headers } });
    const text = await answer.text();
    const json = /json/.test(answer.headers.get('content-type') ?? '') ? JSON.parse(text) : undefined;
    return { status: answer.status, headers: answer.headers, text, json };
  }

  toss(method, path, body, { key = secret_key, idempotency } = {}) {
    return this.send(method, path, body, { authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}`,
      ...(idempotency && { 'idempotency-key': idempotency }) });
  }

  async control(method, path, body) {
    const answer = await this.send(method, `/psp/${path}`, body);
    assert.equal(answer.status, 200, answer.text);
    return answer.json;
  }

  profile(name, every = 1) {
    return this.control('POST', 'profile', { name, every });
  }

  async ledger() {
    const items = [];
    for (let at = 0; at !== null;) {
      const page = await this.control('GET', `ledger?after=${at}`);
      items.push(...page.items);
      at = page.next;
    }
    return items;
  }

  /* The buyer on the company's page; gives where they are sent. */
  async buyer(url, does = 'approve') {
    return this.send('POST', `${url}/${does}`);
  }

  /* All webhooks have been there. */
  async settled() {
    await this.control('POST', 'settle');
    await until('all webhooks are delivered', async () => (await this.control('GET', 'stats')).webhooks_waiting === 0);
  }

  async stop() {
    this.child.kill('SIGTERM');
    assert.equal(await this.ended, 0);
  }
}

/* A merchant's endpoint that keeps what it hears; `answer` decides by status. */
export class Endpoint {
  static async open(answer = () => 200) {
    const endpoint = new Endpoint();
    endpoint.heard = [];
    endpoint.server = http.createServer((request, response) => {
      const chunks = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => {
        const text = Buffer.concat(chunks).toString();
        const event = { path: request.url, headers: request.headers, text, json: JSON.parse(text), at: Date.now() };
        const status = answer(event);
        endpoint.heard.push(event);
        response.writeHead(status).end();
      });
    });
    await new Promise((resolve) => endpoint.server.listen(0, '127.0.0.1', resolve));
    endpoint.url = `http://127.0.0.1:${endpoint.server.address().port}`;
    return endpoint;
  }

  take() {
    return this.heard.splice(0);
  }

  close() {
    this.server.closeAllConnections();
    this.server.close();
  }
}
