/* Requests that arrive in the same instant: on open connections all but the last byte is sent first, then the last bytes at once. */
import { connect } from 'node:net';

export class LastByte {
  /* count connections, kept over many rounds. */
  static async open(port, count) {
    const race = new LastByte();
    race.lines = await Promise.all(Array.from({ length: count }, () => Line.open(port)));
    return race;
  }

  /* requests[i] goes over connection i (there may be fewer requests than connections); gives the answers as { status, text }. */
  async run(requests) {
    const bytes = requests.map(encode);
    await Promise.all(bytes.map((b, i) => this.lines[i].write(b.subarray(0, -1))));
    const answers = bytes.map((_, i) => this.lines[i].answer());
    for (const [i, b] of bytes.entries()) this.lines[i].socket.write(b.subarray(-1));
    return Promise.all(answers);
  }

  close() {
    for (const line of this.lines) line.socket.destroy();
  }
}

function encode({ path, token, body }) {
  const text = JSON.stringify(body);
  return Buffer.from(`POST ${path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${token}\r\n` +
    `Content-Type: application/json\r\nContent-Length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
}

class Line {
  static open(port) {
    const line = new Line();
    line.heard = '';
    line.socket = connect({ host: '127.0.0.1', port, noDelay: true });
    line.socket.setEncoding('latin1');
    line.socket.on('data', (chunk) => {
      line.heard += chunk;
      line.settle();
    });
    line.socket.on('error', (error) => line.fail?.(error));
    line.socket.on('close', () => line.fail?.(new Error(`the connection was closed after: ${line.heard.slice(0, 500)}`)));
    return new Promise((resolve, reject) => {
      line.fail = reject;
      line.socket.on('connect', () => resolve(line));
    });
  }

  write(bytes) {
    return new Promise((resolve, reject) => this.socket.write(bytes, (error) => (error ? reject(error) : resolve())));
  }

  answer() {
    return new Promise((resolve, reject) => {
      this.done = resolve;
      this.fail = reject;
    });
  }

  /* Answers of the platform to JSON requests always have a Content-Length. */
  settle() {
    const end = this.heard.indexOf('\r\n\r\n');
    if (end < 0) return;
    const length = Number(/\r\ncontent-length: *(\d+)/i.exec(this.heard.slice(0, end))[1]);
    if (this.heard.length < end + 4 + length) return;
    const answer = { status: Number(this.heard.slice(9, 12)), text: this.heard.slice(end + 4, end + 4 + length) };
    this.heard = this.heard.slice(end + 4 + length);
    this.done(answer);
  }
}
