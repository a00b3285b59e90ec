/* A Server-Sent Events stream, read event by event. */
import http from 'node:http';

export class Events {
  /* The answer's head is there when this returns: status, headers. */
  static open(server, path, headers = {}) {
    const events = new Events();
    events.waiting = [];
    events.heard = [];
    events.comments = 0;
    return new Promise((resolve, reject) => {
      events.request = http.request({ host: '127.0.0.1', port: server.port, path, headers: { accept: 'text/event-stream', ...headers }, agent: false });
      events.request.on('error', reject);
      events.request.on('response', (response) => {
        events.status = response.statusCode;
        events.headers = response.headers;
        let text = '';
        response.setEncoding('utf8');
        response.on('error', () => {});
        response.on('data', (chunk) => {
          text += chunk;
          const blocks = text.split('\n\n');
          text = blocks.pop();
          for (const block of blocks) events.take(block);
        });
        response.on('close', () => events.waiting.splice(0).forEach((waiter) => waiter.reject(new Error('the stream has ended'))));
        resolve(events);
      });
      events.request.end();
    });
  }

  take(block) {
    if (block.startsWith(':')) {
      this.comments++;
      return;
    }
    const event = {};
    for (const line of block.split('\n')) {
      const [name, ...rest] = line.split(':');
      event[name] = (event[name] === undefined ? '' : `${event[name]}\n`) + rest.join(':').trimStart();
    }
    event.data = JSON.parse(event.data);
    const waiter = this.waiting.shift();
    if (waiter) waiter.resolve(event);
    else this.heard.push(event);
  }

  /* The next event, of one kind if told. */
  async next(kind, timeout_ms = 30000) {
    for (;;) {
      const event = this.heard.shift() ?? await new Promise((resolve, reject) => {
        const timer = setTimeout(() => reject(new Error(`no ${kind ?? 'event'} within ${timeout_ms} ms`)), timeout_ms);
        timer.unref();
        this.waiting.push({ reject, resolve: (value) => { clearTimeout(timer); resolve(value); } });
      });
      if (!kind || event.event === kind) return event;
    }
  }

  close() {
    this.request.destroy();
  }
}
