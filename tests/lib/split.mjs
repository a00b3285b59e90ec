/* One process a service: where TAKENSEAT_TEST_SPLIT is set, a server of the tests is the process that is open to the outside, and these beside it. Each has
 * its own data; all have the same keys and find each other by the same list. */
import { execFile, spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const open = ['auth', 'performance', 'queue', 'booking'];        /* these know who asks, and read each other's memory */
const apart = ['payment', 'coupon', 'mileage', 'review', 'notify'];
const deadline_ms = 60000;

/* Ports that were free a moment ago. */
async function free_ports(count) {
  const servers = Array.from({ length: count }, () => net.createServer());
  const ports = await Promise.all(servers.map((server) => new Promise((resolve) => {
    server.listen(0, '127.0.0.1', () => resolve(server.address().port));
  })));
  await Promise.all(servers.map((server) => new Promise((resolve) => { server.close(resolve); })));
  return ports;
}

export class Split {
  constructor(ports) {
    this.addresses = ports.map((port) => `127.0.0.1:${port}`);
    this.peers = [open.join('+'), ...apart].map((names, i) => `${names}=${this.addresses[i]}`).join(',');
    this.processes = [];
  }

  static async plan() {
    return new Split(await free_ports(apart.length + 1));
  }

  arguments(services, address) {
    return [`--run=${services}`, `--call.peers=${this.peers}`, `--call.listen=${address}`];
  }

  /* What makes a server the process that is open to the outside. */
  get front() {
    return this.arguments(open, this.addresses[0]);
  }

  async start(program, secret, flags, settings) {
    await Promise.all(apart.map(async (name, i) => {
      const data = await mkdtemp(join(tmpdir(), `takenseat-${name}-`));
      const one = { name, data, program, flags, settings: [...settings, ...this.arguments(name, this.addresses[i + 1])] };
      this.processes.push(one);
      await copyFile(secret, join(data, 'secret'));
      await this.launch(one);
    }));
  }

  async launch(one) {
    const log = createWriteStream(join(one.data, 'server.log'), { flags: 'a' });
    const child = spawn(one.program, ['serve', '--data', one.data, '--port', '0', ...one.flags, ...one.settings], { stdio: ['ignore', 'ignore', 'pipe'] });
    const orphan = () => child.kill('SIGKILL');
    process.once('exit', orphan);
    one.child = child;
    one.ended = new Promise((resolve) => child.on('exit', (code, signal) => {
      process.removeListener('exit', orphan);
      resolve({ code, signal });
    }));
    let heard = '';
    one.port = await new Promise((resolve, reject) => {
      child.stderr.on('data', (chunk) => {
        log.write(chunk);
        heard = (heard + chunk).slice(-65536);
        const told = /"msg":"serving".*?"port":(\d+)/.exec(heard);
        if (told) resolve(Number(told[1]));
      });
      one.ended.then((end) => reject(new Error(`${one.name} ended with ${JSON.stringify(end)}\n${heard}`)));
      setTimeout(() => reject(new Error(`${one.name} does not start\n${heard}`)), deadline_ms).unref();
    });
  }

  process(name) {
    return this.processes.find((one) => one.name === name);
  }

  async kill9(name) {
    this.process(name).child.kill('SIGKILL');
    await this.process(name).ended;
  }

  restart(name) {
    return this.launch(this.process(name));
  }

  /* What the other processes tell of themselves. */
  metrics() {
    return Promise.all(this.processes.map(async ({ port }) => (await fetch(`http://127.0.0.1:${port}/metrics`)).text()));
  }

  /* Each ends well, and its data passes its audit. Gives what does not. */
  async stop() {
    const faults = [];
    for (const { child } of this.processes) child.kill('SIGTERM');
    for (const { name, data, ended, settings, program } of this.processes) {
      const end = await ended;
      if (end.code !== 0) faults.push(`${name} ended with ${JSON.stringify(end)}\n${(await readFile(join(data, 'server.log'), 'utf8')).slice(-2000)}`);
      const told = await new Promise((resolve) => execFile(program, ['audit', '--data', data, ...settings], (error, stdout, stderr) =>
        resolve(error ? stdout + stderr : '')));
      if (told) faults.push(`the audit of ${name} found something\n${told}`);
    }
    return faults;
  }

  async drop() {
    for (const { child, data } of this.processes) {
      child?.kill('SIGKILL');
      await rm(data, { recursive: true, force: true });
    }
  }
}
