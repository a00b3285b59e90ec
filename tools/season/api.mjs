/* Calls of the public interface, each tried again while the server asks for patience. */

const PATIENCE_MS = 60_000;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

export class Refused extends Error {
  constructor(method, path, status, problem) {
    const fields = (problem.errors ?? []).map((e) => `\n  ${e.field}: ${e.message}`).join("");
    super(`${method} ${path}: ${status} ${problem.code ?? ""} ${problem.detail ?? ""}${fields}`);
    this.status = status;
    this.code = problem.code;
  }
}

export class Api {
  constructor(address, token) {
    this.address = address;
    this.token = token;
  }

  async call(method, path, body) {
    const headers = { "Accept-Language": "en" };
    if (this.token) headers.Authorization = `Bearer ${this.token}`;
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      const answer = await fetch(`${this.address}/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
      const text = await answer.text();
      const told = text ? JSON.parse(text) : null;
      if (answer.ok) return told;
      const again = Number(answer.headers.get("Retry-After"));
      if (!again || Date.now() > until) throw new Refused(method, path, answer.status, told ?? {});
      await pause(again * 1000);
    }
  }

  get = (path) => this.call("GET", path);
  post = (path, body) => this.call("POST", path, body);
  put = (path, body) => this.call("PUT", path, body);
  patch = (path, body) => this.call("PATCH", path, body);

  /* All items of a list, page by page. */
  async all(path) {
    const items = [];
    for (let cursor = ""; cursor !== null; ) {
      const page = await this.get(`${path}?limit=100${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      items.push(...page.items);
      cursor = page.next;
    }
    return items;
  }

  async signedIn({ email, password }) {
    return new Api(this.address, (await this.post("/auth/login", { email, password })).access_token);
  }

  /* Until the server answers; `alive` says whether that can still happen. */
  async ready(alive) {
    while (alive()) {
      const answer = await fetch(`${this.address}/health/ready`).catch(() => null);
      if (answer?.ok) return true;
      await pause(50);
    }
    return false;
  }
}
