/* Instances as clients of Eureka tell of themselves, and what they read back. */
import { Server, ok } from './server.mjs';

export const json = { accept: 'application/json' };

/* What a process says of itself. */
export function instance(app, id, change = {}) {
  return { instanceId: id, hostName: '127.0.0.1', app, ipAddr: '127.0.0.1', vipAddress: app, status: 'UP', port: { $: 8080, '@enabled': 'true' },
    dataCenterInfo: { '@class': 'com.netflix.appinfo.InstanceInfo$DefaultDataCenterInfo', name: 'MyOwn' },
    leaseInfo: { renewalIntervalInSecs: 30, durationInSecs: 90 }, lastDirtyTimestamp: '1000', ...change };
}

export class Registry {
  static async start(settings = {}, options = {}) {
    const registry = new Registry();
    registry.server = await Server.start({ ...options, settings: { 'registry.enabled': true, ...settings } });
    return registry;
  }

  get url() {
    return `http://127.0.0.1:${this.server.port}/eureka`;
  }

  api(method, path, body, options) {
    return this.server.api(method, `/eureka${path}`, body, options);
  }

  async enter(app, id, change) {
    return ok(await this.api('POST', `/apps/${app}`, { instance: instance(app, id, change) }), 204);
  }

  beat(app, id, query = '') {
    return this.api('PUT', `/apps/${app}/${id}${query}`);
  }

  async all(path = '/apps') {
    return ok(await this.api('GET', path, undefined, { headers: json })).applications;
  }

  /* Ids of an application's instances, sorted; of all without a name. */
  async ids(app) {
    return ids_of(await this.all(), app);
  }

  close() {
    return this.server.stop();
  }
}

export function ids_of(applications, app) {
  return applications.application.filter((a) => !app || a.name === app).flatMap((a) => a.instance.map((i) => i.instanceId)).sort();
}
