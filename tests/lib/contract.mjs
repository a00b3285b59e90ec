/* What /openapi.json promises, checked on each answer. */
import assert from 'node:assert/strict';
import Ajv2020 from 'ajv/dist/2020.js';
import add_formats from 'ajv-formats';

/* Refusals that are made before it is known which operation a request is for. */
const of_any_operation = new Set([405, 408, 414, 431, 505]);
const methods = ['get', 'put', 'post', 'patch', 'delete'];

export class Contract {
  constructor(document) {
    this.document = document;
    this.ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
    add_formats(this.ajv);
    this.ajv.addFormat('int64', { type: 'number', validate: Number.isSafeInteger });
    this.ajv.addSchema(document, 'openapi', undefined, false);
    this.validators = new Map();
    this.operations = Object.entries(document.paths).flatMap(([path, item]) => methods.filter((method) => item[method]).map((method) => ({
      method: method.toUpperCase(), path, pattern: pattern_of(path), operation: item[method],
      name: `${method.toUpperCase()} ${path}`,
    })));
  }

  /* Follows a `$ref` within the document. */
  resolve(node) {
    while (node?.$ref) node = node.$ref.slice(2).split('/').reduce((at, step) => at[step.replaceAll('~1', '/').replaceAll('~0', '~')], this.document);
    return node;
  }

  /* The operation a request is for: fixed parts of a path go before parameters. */
  find(method, target) {
    const path = target.split('?')[0];
    const fit = this.operations.filter((o) => o.method === method && o.pattern.test(path));
    return fit.sort((a, b) => a.path.split('{').length - b.path.split('{').length)[0];
  }

  validator(schema) {
    const name = JSON.stringify(schema);
    if (!this.validators.has(name)) this.validators.set(name, this.ajv.compile(rebase(schema)));
    return this.validators.get(name);
  }

  validate(schema, value, what) {
    const valid = this.validator(schema);
    assert.ok(valid(value), `${what} is not as described: ${this.ajv.errorsText(valid.errors)}\n${JSON.stringify(value)?.slice(0, 1500)}`);
  }

  check(method, path, answer) {
    const what = `the answer ${answer.status} to ${method} ${path}`;
    if (answer.status >= 400) this.check_problem(answer, what);
    const found = this.find(method, path);
    if (!found || answer.status === 304 || of_any_operation.has(answer.status)) return;
    const response = this.resolve(found.operation.responses[answer.status]);
    assert.ok(response, `${what} is a status that is not documented for ${found.name}: ${answer.text.slice(0, 500)}`);
    const content = response.content ?? {};
    if (answer.status === 204 || !response.content) {
      assert.equal(answer.bytes.length, 0, `${what} has a body that is not documented`);
      return;
    }
    assert.ok(content[answer.type], `${what} is ${answer.type}, not ${Object.keys(content)}`);
    if (answer.json !== undefined && content[answer.type].schema) this.validate(content[answer.type].schema, answer.json, what);
  }

  /* Every refusal is a problem document (RFC 9457) that tells its own status and a stable word. */
  check_problem(answer, what) {
    assert.equal(answer.type, 'application/problem+json', `${what}: ${answer.text.slice(0, 500)}`);
    const { status, code, title, detail } = answer.json;
    assert.equal(status, answer.status, what);
    assert.match(code, /^[a-z][a-z0-9_]*$/, what);
    assert.ok(title && detail, `${what} tells nothing: ${answer.text}`);
    if (answer.status === 429 || answer.status === 503) assert.match(answer.headers['retry-after'] ?? '', /^\d+$/, `${what} lacks Retry-After`);
  }
}

function pattern_of(path) {
  return new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/\{[^}]+\}/g, '[^/]+')}$`);
}

/* The same schema with its references pointing into the registered document. */
function rebase(schema) {
  return JSON.parse(JSON.stringify(schema), (key, value) => (key === '$ref' ? `openapi${value}` : value));
}
