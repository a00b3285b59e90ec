/* Requests made from /openapi.json: a right value for every field, and wrong ones for each. */

/* JSON that JSON.stringify cannot write: the text goes out as it is. */
export class Raw {
  constructor(text) {
    this.text = text;
  }
}

const bad_byte = '\uE000';

/* The bytes of a value; each bad_byte in a text becomes the byte 0xff, which is no UTF-8. */
export function bytes_of(value) {
  const marked = Buffer.from(text_of(value)), mark = Buffer.from(bad_byte);
  const parts = [];
  let from = 0;
  for (let at; (at = marked.indexOf(mark, from)) >= 0; from = at + mark.length) parts.push(marked.subarray(from, at), Buffer.from([0xff]));
  return Buffer.concat([...parts, marked.subarray(from)]);
}

function text_of(value) {
  if (value instanceof Raw) return value.text;
  if (Array.isArray(value)) return `[${value.map(text_of)}]`;
  if (value && typeof value === 'object')
    return `{${Object.entries(value).filter(([, v]) => v !== undefined).map(([k, v]) => `${JSON.stringify(k)}:${text_of(v)}`)}}`;
  return JSON.stringify(value);
}

/* Fields whose right values the schema does not tell. */
const known = {
  email: 'sample@example.com', password: 'a sample password', phone: '010-1234-5678', poster_url: 'https://example.com/poster.png',
  payment_key: 'sandbox-ok', provider: 'sandbox', grade: 'VIP', age_rating: 12, url: 'https://example.com/hook', day: '2026-01-02', origin: 'https://www.example.com',
};

export class Samples {
  /* ids: values for parameters and fields by name. */
  constructor(contract, ids) {
    this.contract = contract;
    this.known = { ...known, ...ids };
  }

  value(name, given) {
    const schema = this.contract.resolve(given);
    if (name in this.known) return this.known[name];
    if (schema.enum) return schema.enum[0];
    switch ([schema.type].flat()[0]) {
      case 'object': return this.object(schema);
      case 'array': return [this.value(name.replace(/s$/, ''), schema.items)];
      case 'integer': case 'number': return schema.minimum ?? 1;
      case 'boolean': return false;
      case 'string': return schema.format === 'date-time' ? '2030-01-01T00:00:00Z' : schema.pattern ? schema.examples[0] : 'x'.repeat(Math.max(1, schema.minLength ?? 1));
      default: return {};
    }
  }

  /* An object with what is required, and besides it what is asked for. */
  object(schema, besides = []) {
    if (schema.additionalProperties) return { VIP: this.value('VIP', schema.additionalProperties) };
    const fields = Object.entries(schema.properties ?? {}).filter(([name]) => schema.required?.includes(name) || besides.includes(name));
    return Object.fromEntries(fields.map(([name, of]) => [name, this.value(name, of)]));
  }

  /* Every place in a body: [path as the server names it, its schema, whether it must be there, (wrong value) => body]. */
  * places(schema, path = '', build = (value) => value) {
    const of = this.contract.resolve(schema);
    for (const [name, field] of Object.entries(of.properties ?? {})) {
      const here = path ? `${path}.${name}` : name;
      const put = (value) => build({ ...this.object(of, [name]), [name]: value });
      yield [here, this.contract.resolve(field), of.required?.includes(name) ?? false, put];
      yield* this.places(field, here, put);
    }
    if (of.items) {
      const put = (value) => build([value]);
      yield [`${path}[0]`, this.contract.resolve(of.items), false, put];
      yield* this.places(of.items, `${path}[0]`, put);
    }
    if (typeof of.additionalProperties === 'object') {
      const put = (value) => build({ VIP: value });
      yield [`${path}.VIP`, this.contract.resolve(of.additionalProperties), false, put];
      yield* this.places(of.additionalProperties, `${path}.VIP`, put);
    }
  }
}

const any_of_type = { string: 'text', integer: 7, number: 0.5, boolean: true, object: {}, array: [], null: null };
const deep = (levels) => new Raw('['.repeat(levels) + ']'.repeat(levels));

/* What must not stand where a schema is: [name, value]. */
export function wrong_values(schema) {
  const types = [schema.type].flat();
  if (!types[0]) return [];
  const takes = (type) => types.includes(type) || (type === 'integer' && types.includes('number'));
  const wrong = Object.entries(any_of_type).filter(([type]) => !takes(type)).map(([type, value]) => [`is ${type}`, value]);
  wrong.push(['is 100 levels deep', deep(100)]);
  if (schema.enum) wrong.push(['is an unknown word', 'no-such-word'], ['is an empty word', '']);
  if (takes('integer')) {
    for (const text of ['1e400', '-1e400', '9223372036854775808', '-9223372036854775809', '0.5', '1e-400', '123456789012345678901234567890'])
      wrong.push([`is ${text}`, new Raw(text)]);
    if (schema.minimum !== undefined) wrong.push(['is below the least', schema.minimum - 1], ['is -1', Math.min(-1, schema.minimum - 1)]);
    if (schema.maximum !== undefined) wrong.push(['is above the most', schema.maximum + 1]);
  }
  if (takes('string')) {
    wrong.push(['has U+0000', 'a\u0000b'], ['has bytes that are no UTF-8', `a${bad_byte}b`], ['has half a surrogate pair', new Raw('"a\\ud800b"')]);
    if (schema.maxLength) wrong.push(['is too long', 'x'.repeat(schema.maxLength + 1)], ['is far too long', 'x'.repeat(20000)]);
    if (schema.minLength) wrong.push(['is too short', 'x'.repeat(schema.minLength - 1)]);
    if (schema.pattern) wrong.push(['is not of its pattern', '!'], ['is empty', '']);
    if (schema.format === 'date-time') for (const text of ['', 'tomorrow', '2030-01-01', '2030-13-01T00:00:00Z', '2030-01-01T25:00:00Z', '99999-01-01T00:00:00Z']) wrong.push([`is "${text}"`, text]);
  }
  if (takes('array')) {
    if (schema.maxItems) wrong.push(['has too many items', Array(schema.maxItems + 1).fill(0).map((_, i) => `item-${i}`)]);
    if (schema.minItems) wrong.push(['has no items', []]);
    if (schema.uniqueItems && schema.items?.enum) wrong.push(['has an item twice', [schema.items.enum[0], schema.items.enum[0]]]);
  }
  if (takes('object')) {
    wrong.push(['has an extra field', { no_such_field: 1 }]);
    if (schema.minProperties) wrong.push(['is empty', {}]);
  }
  return wrong;
}

/* What is no body of any operation: [name, bytes]. `sample` is a right one. */
export function wrong_bodies(sample) {
  const right = bytes_of(sample).toString();
  const first = Object.keys(sample)[0];
  const wrong = {
    'is no JSON': 'no json', 'is cut off': right.slice(0, -1), 'goes on after its end': `${right}x`, 'is two': right + right, 'is a list': `[${right}]`,
    'is null': 'null', 'is a text': '"text"', 'is a number': '7', 'is white space': '  \n', 'has single quotes': "{'a':1}", 'has a comma too many': '{"a":1,}',
    'has a comment': `${right}//`, 'has NaN': '{"a":NaN}', 'begins with a byte order mark': `\ufeff${right}`, 'is 100 levels of lists': text_of(deep(100)),
    'is 100,000 levels of lists': text_of(deep(100000)), 'is 100 levels of objects': '{"a":'.repeat(100) + '1' + '}'.repeat(100),
    'has an extra field': text_of({ ...sample, no_such_field: 1 }), 'has a field of no name': text_of({ ...sample, '': 1 }),
    'has __proto__': text_of({ ...sample, ['__proto__']: undefined }).replace(/}$/, `${first ? ',' : ''}"__proto__":{}}`),
    'is of 2 MiB': text_of({ ...sample, no_such_field: 'x'.repeat(2 << 20) }),
  };
  if (first) wrong['has a field twice'] = right.replace('{', `{${text_of({ [first]: sample[first] }).slice(1, -1)},`);
  return [...Object.entries(wrong).map(([name, text]) => [name, Buffer.from(text)]), ['is UTF-16', Buffer.from(right, 'utf16le')], ['is of bytes above 127', Buffer.alloc(64, 0xff)]];
}
