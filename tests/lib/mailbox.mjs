/* A mail server on a free loopback port that keeps what it is given, and can be told to misbehave. */
import { SMTPServer } from 'smtp-server';

export class Mailbox {
  /* auth: { user, password } that are asked for; tls: { key, cert } to offer STARTTLS with. */
  static async open({ auth, tls, port = 0 } = {}) {
    const box = new Mailbox();
    box.mails = [];
    box.tries = 0;
    box.waiting = new Set();
    box.encrypted = 0;
    box.delay_ms = 0;                                /* between the whole mail and the answer to it */
    box.answer = () => undefined;                    /* an Error with responseCode refuses a recipient; 'hang' never answers */
    box.server = new SMTPServer({
      ...(tls ?? {}), authOptional: !auth, disabledCommands: [...(tls ? [] : ['STARTTLS']), ...(auth ? [] : ['AUTH'])], logger: false, closeTimeout: 100,
      allowInsecureAuth: true,
      onAuth: ({ username, password }, session, done) =>
        (username === auth.user && password === auth.password ? done(null, { user: username }) : done(new Error('wrong name or password'))),
      onRcptTo: (address, session, done) => {
        box.tries++;
        const answer = box.answer(address.address);
        if (answer !== 'hang') done(answer);
      },
      onData: (stream, session, done) => {
        const chunks = [];
        stream.on('data', (chunk) => chunks.push(chunk));
        stream.on('end', () => {
          box.mails.push(new Mail(session.envelope, Buffer.concat(chunks).toString('utf8')));
          if (session.secure) box.encrypted++;
          setTimeout(done, box.delay_ms);
          for (const look of box.waiting) look();
        });
      },
    });
    box.server.on('error', () => {});
    await new Promise((resolve, reject) => {
      box.server.once('error', reject);
      box.server.listen(port, '127.0.0.1', resolve);
    });
    box.port = box.server.server.address().port;
    return box;
  }

  get url() {
    return `smtp://127.0.0.1:${this.port}`;
  }

  to(email) {
    return this.mails.filter((mail) => mail.to.includes(email));
  }

  /* Waits until `found` is true of the mails. */
  until(found, timeout_ms = 30000) {
    return new Promise((resolve, reject) => {
      const look = () => {
        const value = found(this.mails);
        if (!value) return;
        this.waiting.delete(look);
        clearTimeout(timer);
        resolve(value);
      };
      const timer = setTimeout(() => {
        this.waiting.delete(look);
        reject(new Error(`no such mail; there are: ${this.mails.map((mail) => `${mail.to}: ${mail.subject}`).join(', ')}`));
      }, timeout_ms);
      this.waiting.add(look);
      look();
    });
  }

  close() {
    return new Promise((resolve) => this.server.close(resolve));
  }
}

export function refusal(code, text) {
  return Object.assign(new Error(text), { responseCode: code });
}

class Mail {
  constructor(envelope, raw) {
    const end = raw.indexOf('\r\n\r\n');
    this.raw = raw;
    this.from = envelope.mailFrom.address;
    this.to = envelope.rcptTo.map(({ address }) => address);
    this.headers = {};
    for (const line of raw.slice(0, end).replace(/\r\n[ \t]+/g, ' ').split('\r\n')) {
      const [name, ...rest] = line.split(':');
      this.headers[name.toLowerCase()] = rest.join(':').trim();
    }
    const [, boundary] = /boundary="([^"]+)"/.exec(this.headers['content-type']);
    const parts = raw.slice(end + 4).split(`--${boundary}`).slice(1, -1).map((part) => part.split('\r\n\r\n'));
    const text_of = (type) => Buffer.from(parts.find(([head]) => head.includes(type))[1], 'base64').toString('utf8');
    this.id = this.headers['message-id'];
    this.subject = decode(this.headers.subject);
    this.text = text_of('text/plain');
    this.html = text_of('text/html');
  }
}

/* RFC 2047, base64 only. */
function decode(header) {
  return header.replace(/=\?UTF-8\?B\?([^?]*)\?=\s*/g, (_, word) => Buffer.from(word, 'base64').toString('utf8'));
}
