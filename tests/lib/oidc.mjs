/* An OpenID Connect provider on a free loopback port (oidc-provider), and a browser that signs in there. */
import { createServer, request } from 'node:http';
import Provider from 'oidc-provider';

/* One request as a browser sends it, but for following: { status, headers, page }. */
function send(to, form, headers) {
  return new Promise((resolve, reject) => {
    const asked = request(to, { method: form ? 'POST' : 'GET', headers: { ...headers, ...(form && { 'content-type': 'application/x-www-form-urlencoded' }) } });
    asked.on('error', reject);
    asked.on('response', (response) => {
      let page = '';
      response.setEncoding('utf8').on('data', (text) => { page += text; }).on('end', () => resolve({ status: response.statusCode, headers: response.headers, page }));
    });
    asked.end(form);
  });
}

export class House {
  /* accounts: { subject: claims }. */
  static async open({ redirect, accounts, secret = 'a client secret of 32 characters' }) {
    const house = new House();
    house.server = createServer((request, response) => house.handle(request, response));
    await new Promise((resolve) => house.server.listen(0, '127.0.0.1', resolve));
    house.issuer = `http://127.0.0.1:${house.server.address().port}`;
    house.redirect = redirect;
    house.secret = secret;
    house.accounts = accounts;
    house.handle = new Provider(house.issuer, {
      clients: [{ client_id: 'takenseat', client_secret: secret, redirect_uris: [redirect], grant_types: ['authorization_code'] }],
      pkce: { required: () => true },
      claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name'] },
      conformIdTokenClaims: false,
      cookies: { keys: ['a key of the test'] },
      findAccount: (_, subject) => accounts[subject] && { accountId: subject, claims: () => ({ sub: subject, ...accounts[subject] }) },
    }).callback();
    return house;
  }

  settings() {
    return { 'auth.oidc_issuer': this.issuer, 'auth.oidc_client_id': 'takenseat', 'auth.oidc_client_secret': this.secret, 'auth.oidc_redirect': this.redirect };
  }

  close() {
    this.server.closeAllConnections();
    return new Promise((resolve) => this.server.close(resolve));
  }

  /* Follows the address as a browser does, signs in as `login` and consents; gives the parameters that the redirect page is called with. */
  async visit(url, login) {
    const cookies = new Map();
    const go = async (to, form) => {
      const response = await send(to, form && String(new URLSearchParams(form)), { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') });
      for (const cookie of response.headers['set-cookie'] ?? []) {
        const [name, value] = cookie.split(';')[0].split(/=(.*)/s);
        cookies.set(name, value);
      }
      return response;
    };
    let response = await go(url);
    for (let steps = 0; steps < 20; steps++) {
      const location = response.headers.location && new URL(response.headers.location, this.issuer).href;
      if (location?.startsWith(this.redirect)) return Object.fromEntries(new URL(location).searchParams);
      if (location) {
        response = await go(location);
        continue;
      }
      const { page } = response;
      const action = /<form[^>]*action="([^"]+)"/.exec(page)?.[1];
      if (!action) throw new Error(`the provider shows no form: ${response.status} ${page.slice(0, 500)}`);
      const prompt = /name="prompt" value="([^"]+)"/.exec(page)[1];
      response = await go(new URL(action, this.issuer).href, prompt === 'login' ? { prompt, login, password: 'any' } : { prompt });
    }
    throw new Error('the provider leads nowhere');
  }
}
