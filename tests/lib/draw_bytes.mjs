/* A published draw with one byte changed: one of each kind of byte that there is in the file. Files are Buffers, for a byte need not stay a letter. */
import assert from 'node:assert/strict';

export function change_byte(file, at, byte = file[at] === 0x31 ? 0x32 : 0x31) {
  assert.notEqual(file[at], byte);
  const changed = Buffer.from(file);
  changed[at] = byte;
  return changed;
}

const ends = (line, from) => [['the first byte', from], ['the last byte', line.at + line.text.length - 1]];

/* Of "name value": its name, the space, each word of the value from end to end, the end of the line. */
function head_bytes(line) {
  const space = line.text.indexOf(' ');
  const words = [];
  for (let from = space + 1; from > 0; from = line.text.indexOf(' ', from) + 1) words.push(from);
  const name = line.text.slice(0, space);
  return [[`the name of ${name}`, line.at], [`the space after ${name}`, line.at + space], ...words.map((from, i) => [`word ${i + 1} of ${name}`, line.at + from]),
    ...ends(line, line.at + space + 1).map(([what, at]) => [`${what} of ${name}`, at]), [`the end of the line ${name}`, line.at + line.text.length]];
}

function entry_bytes(line, name) {
  const [number, time] = line.text.split(' ');
  const at = { number: 0, 'first space': number.length, time: number.length + 1, 'second space': number.length + 1 + time.length,
    entrant: number.length + time.length + 2, 'last letter': line.text.length - 1, 'end of the line': line.text.length };
  return Object.entries(at).map(([what, offset]) => [`the ${what} of the ${name} entry`, line.at + offset]);
}

/* [{ what, file }]: each differs from the sound file in one byte. */
export function changed_bytes(file) {
  const lines = [];
  for (let at = 0; at < file.length; at = lines.at(-1).at + lines.at(-1).text.length + 1)
    lines.push({ at, text: file.subarray(at, file.indexOf(0x0a, at)).toString('latin1') });
  const head = lines.findIndex(({ text }) => text.startsWith('signature ')) + 1;
  const places = [['the first byte of the file', 0], ...lines.slice(1, head).flatMap(head_bytes), ...entry_bytes(lines[head], 'first'),
    ...entry_bytes(lines[(head + lines.length) >> 1], 'middle'), ...entry_bytes(lines.at(-1), 'last')];
  return places.map(([what, at]) => ({ what, file: change_byte(file, at) }));
}

/* [{ what, file }]: whole lines moved, left out, or made up; each of them would change somebody's place. */
export function changed_lines(file) {
  const lines = file.toString('latin1').split('\n').slice(0, -1);
  const head = lines.findIndex((text) => text.startsWith('signature ')) + 1;
  const joined = (list) => Buffer.from(`${list.join('\n')}\n`, 'latin1');
  const renumbered = (list) => [...list.slice(0, head), ...list.slice(head).map((text, i) => text.replace(/^\d+/, i + 1))];
  const without = (at) => [...lines.slice(0, at), ...lines.slice(at + 1)];
  const swapped = [...lines.slice(0, head), lines[head + 1], lines[head], ...lines.slice(head + 2)];
  return [
    { what: 'two entries exchanged', file: joined(swapped) }, { what: 'two entries exchanged and numbered again', file: joined(renumbered(swapped)) },
    { what: 'an entry left out', file: joined(renumbered(without(head))) }, { what: 'the last entry left out', file: joined(lines.slice(0, -1)) },
    { what: 'an entry added', file: joined(renumbered([...lines, lines.at(-1)])) }, { what: 'the signature left out', file: joined(without(head - 1)) },
  ];
}
