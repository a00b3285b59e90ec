/* Many requests as fast as they go: each connection sends `ahead` of them (all, unless told) before their answers have come. */
import { connect } from 'node:net';

/* requests: { method, path, token }; answers in the same order: { status, json }, or undefined where the connection ended before the answer.
 * heard (may be absent) is told of each answer as it arrives. */
export async function storm(port, requests, { connections = 64, ahead = Infinity, heard } = {}) {
  const answers = Array(requests.length);
  await Promise.all(Array.from({ length: connections }, (_, lane) => {
    const mine = requests.map((_, i) => i).filter((i) => i % connections === lane);
    return run_lane(port, mine.map((i) => encode(requests[i])), ahead, (n, answer) => {
      answers[mine[n]] = answer;
      heard?.(answer);
    });
  }));
  return answers;
}

function encode({ method = 'POST', path, token }) {
  return `${method} ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n${method === 'POST' ? 'Content-Length: 0\r\n' : ''}\r\n`;
}

/* Ends with the last answer, or with the connection. */
function run_lane(port, texts, ahead, answered) {
  return new Promise((resolve) => {
    if (!texts.length) return resolve();
    let sent = 0, got = 0;
    const bytes = new Unread();
    const send = () => {
      const next = texts.slice(sent, got + ahead);
      sent += next.length;
      if (next.length) socket.write(next.join(''));
    };
    const socket = connect({ host: '127.0.0.1', port, noDelay: true }, send);
    socket.on('data', (chunk) => {
      bytes.add(chunk);
      for (let answer; got < texts.length && (answer = bytes.answer());) answered(got++, answer);
      if (got === texts.length) socket.destroy();
      else send();
    });
    socket.on('error', () => socket.destroy());
    socket.on('close', resolve);
  });
}

/* What has come of a connection and is not an answer yet. Answers of the platform always have a Content-Length. */
class Unread {
  constructor() {
    this.bytes = Buffer.alloc(0);
  }

  add(chunk) {
    this.bytes = this.bytes.length ? Buffer.concat([this.bytes, chunk]) : chunk;
  }

  answer() {
    const end = this.bytes.indexOf('\r\n\r\n');
    if (end < 0) return undefined;
    const head = this.bytes.toString('latin1', 0, end);
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)[1]);
    if (this.bytes.length < end + 4 + length) return undefined;
    const body = this.bytes.toString('utf8', end + 4, end + 4 + length);
    this.bytes = this.bytes.subarray(end + 4 + length);
    return { status: Number(head.slice(9, 12)), json: body ? JSON.parse(body) : undefined };
  }
}
