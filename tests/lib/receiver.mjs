/* An organizer's machine that is called by webhooks: keeps what it hears after it has checked the signature. */
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import http from 'node:http';

export class Receiver {
  static async open() {
    const receiver = new Receiver();
    receiver.heard = [];
    receiver.waiting = new Set();
    receiver.secret = undefined;
    receiver.delay_ms = 0;
    receiver.answer = () => ({ status: 204 });       /* { status, body, headers }, or 'hang' */
    receiver.server = http.createServer((request, response) => {
      const chunks = [];
      request.on('data', (chunk) => chunks.push(chunk));
      request.on('end', () => receiver.take(request, Buffer.concat(chunks), response));
    });
    await new Promise((resolve) => receiver.server.listen(0, '127.0.0.1', resolve));
    receiver.port = receiver.server.address().port;
    return receiver;
  }

  get url() {
    return `http://127.0.0.1:${this.port}/hook`;
  }

  take(request, bytes, response) {
    const event = { ...JSON.parse(bytes), path: request.url, headers: request.headers, text: bytes.toString('utf8'), fault: this.fault_of(request, bytes) };
    this.heard.push(event);
    const answer = this.answer(event);
    if (answer !== 'hang') setTimeout(() => response.writeHead(answer.status, answer.headers).end(answer.body), this.delay_ms);
    for (const look of this.waiting) look();
  }

  /* What docs/wire.md tells receivers to check. */
  fault_of(request, bytes) {
    const [, seconds, mac] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(request.headers['takenseat-signature'] ?? '') ?? [];
    if (!seconds) return 'no signature';
    return createHmac('sha256', this.secret).update(`${seconds}.`).update(bytes).digest('hex') === mac ? null : 'wrong signature';
  }

  until(found, timeout_ms = 30000) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const value = found(this.heard);
        if (!value) return;
        this.waiting.delete(look);
        clearTimeout(timer);
        resolve(value);
      };
      const timer = setTimeout(() => {
        this.waiting.delete(look);
        reject(new Error(`not heard of; there are: ${this.heard.map((event) => event.type)}`));
      }, timeout_ms);
      this.waiting.add(look);
      look();
    });
  }

  assert_genuine() {
    for (const event of this.heard) assert.equal(event.fault, null, event.text);
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }
}
