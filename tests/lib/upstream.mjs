/* Servers behind the gateway, as tests want them; and the gateway before them. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { World } from './world.mjs';

const listening = (server, port) => new Promise((resolve, reject) => {
  server.once('error', reject);
  server.listen(port, '127.0.0.1', () => resolve(server.address().port));
});

class Upstream {
  async open(server, port = 0) {
    this.server = server;
    this.sockets = new Set();
    this.connections = 0;
    server.on('connection', (socket) => {
      this.connections++;
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
    this.port = await listening(server, port);
    this.url = `http://127.0.0.1:${this.port}`;
    return this;
  }

  close() {
    for (const socket of this.sockets) socket.destroy();
    return new Promise((resolve) => this.server.close(resolve));
  }
}

/* A server of node:http. `answer(request, response, body)` may be changed at any time; `seen` has what came. */
export async function upstream(answer, port) {
  const up = new Upstream();
  up.seen = [];
  up.answer = answer ?? ((request, response) => response.end(`${request.method} ${request.url}`));
  const server = http.createServer({ keepAliveTimeout: 60000 }, (request, response) => {
    const chunks = [];
    request.on('error', () => undefined);
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      up.seen.push({ method: request.method, url: request.url, headers: request.headers, raw: request.rawHeaders, body });
      up.answer(request, response, body);
    });
  });
  return up.open(server, port);
}

/* A server that says bytes: `say(socket, text)` is called with what has come of a connection each time that more has. */
export async function bytes_upstream(say) {
  const up = new Upstream();
  up.say = say;
  return up.open(net.createServer((socket) => {
    let heard = '';
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      heard += chunk.toString('latin1');
      if (up.say(socket, heard) !== false) heard = '';
    });
  }));
}

/* A world whose server is the gateway of a table. */
export class Gateway {
  static async open(table, { settings = {}, ...options } = {}) {
    const gateway = new Gateway();
    gateway.folder = await mkdtemp(join(tmpdir(), 'takenseat-gateway-'));
    gateway.table = join(gateway.folder, 'table');
    await writeFile(gateway.table, table);
    gateway.world = await World.open({ clock: false, ...options,
      settings: { 'gateway.table': gateway.table, 'http.trusted_proxies': '127.0.0.1', ...settings } });
    gateway.server = gateway.world.server;
    return gateway;
  }

  send(...args) {
    return this.server.send(...args);
  }

  /* A figure of /metrics. */
  async count(name) {
    return (await this.server.metrics())[`takenseat_gateway_${name}`] ?? 0;
  }

  async close() {
    await this.world.close();
    await rm(this.folder, { recursive: true, force: true });
  }
}
