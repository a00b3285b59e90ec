/* A Kafka for tests: librdkafka's mock cluster, or Kafka's own broker as tests/lib/kafka starts it; and kcat, a client that we did not write. */
import assert from 'node:assert/strict';
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);
const mock = process.env.KAFKA_MOCK ?? fileURLToPath(new URL('../../build/kafka-mock', import.meta.url));
const rewinder = fileURLToPath(new URL('../../build/kafka-rewind', import.meta.url));
const tool = fileURLToPath(new URL('kafka', import.meta.url));

/* What kcat prints of a message, with separators that no text of ours has. */
const format = '%p\x1f%o\x1f%k\x1f%h\x1f%s\x1e';

class Kafka {
  get brokers() {
    return this.url.slice('kafka://'.length);
  }

  /* All messages of a topic that there are now, by partition and offset. */
  async read(topic) {
    const { stdout } = await run('kcat', ['-b', this.brokers, '-C', '-q', '-e', '-o', 'beginning', '-t', topic, '-f', format], { maxBuffer: 1 << 28, timeout: 60000 });
    return stdout.split('\x1e').filter(Boolean).map((line) => {
      const [partition, offset, key, headers, text] = line.split('\x1f');
      return { partition: Number(partition), offset: Number(offset), key, headers, text };
    }).sort((a, b) => a.partition - b.partition || a.offset - b.offset);
  }

  /* Messages of a key and a text without line ends. */
  async write(topic, messages) {
    const child = spawn('kcat', ['-b', this.brokers, '-P', '-t', topic, '-K', '\x1f'], { stdio: ['pipe', 'inherit', 'inherit'] });
    child.stdin.end(messages.map(({ key, text }) => `${key}\x1f${text}\n`).join(''));
    const [code] = await once(child, 'exit');
    assert.equal(code, 0);
  }
}

class Mock extends Kafka {
  static async start(brokers = 1) {
    const kafka = new Mock();
    kafka.child = spawn(mock, [String(brokers)], { stdio: ['pipe', 'pipe', 'ignore'] });
    kafka.lines = createInterface({ input: kafka.child.stdout })[Symbol.asyncIterator]();
    kafka.url = (await kafka.lines.next()).value;
    kafka.ids = Array.from({ length: brokers }, (_, i) => i + 1);
    return kafka;
  }

  async order(line) {
    this.child.stdin.write(`${line}\n`);
    assert.equal((await this.lines.next()).value, line);
  }

  /* Every broker closes its connections and takes no new ones; what they hold stays. */
  async kill() {
    for (const id of this.ids) await this.order(`down ${id}`);
  }

  async revive() {
    for (const id of this.ids) await this.order(`up ${id}`);
  }

  async stop() {
    this.child.stdin.end();
    await once(this.child, 'exit');
  }
}

class Broker extends Kafka {
  static async start() {
    const kafka = new Broker();
    kafka.folder = (await run(tool, ['folder'])).stdout.trim();
    await kafka.revive();
    return kafka;
  }

  async kill() {
    await run(tool, ['stop', this.folder, '--now']);
  }

  async revive() {
    this.url = (await run(tool, ['start', this.folder])).stdout.trim();
  }

  async stop() {
    await run(tool, ['remove', this.folder]);
  }
}

export const kind = process.env.TAKENSEAT_TEST_KAFKA ?? 'mock';

export function kafka_start(brokers) {
  return kind === 'broker' ? Broker.start() : Mock.start(brokers);
}

/* Asks until it is so. */
export async function until(what, holds, ms = 60000) {
  const end = Date.now() + ms;
  for (;;) {
    const found = await holds();
    if (found) return found;
    assert.ok(Date.now() < end, `in vain: ${what}`);
    await sleep(50);
  }
}

/* Sets a group back to the beginning of topics; nobody of it may be there. */
export async function rewind(kafka, group, topics) {
  await run(rewinder, [kafka.brokers, group, ...topics], { timeout: 60000 });
}
