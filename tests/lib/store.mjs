/* What is under a server of the tests: SQLite in its folder, or, with TAKENSEAT_TEST_MARIADB as tests/lib/mariadb gives it, a new database there. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

class Sqlite {
  constructor(folder) {
    this.folder = folder;
    this.settings = [];
  }

  async make() {}
  async drop() {}

  sql(text) {
    const python = 'import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute(sys.argv[2]); c.commit()';
    return run('python3', ['-c', python, join(this.folder, 'takenseat.db'), text]);
  }

  async rows(text) {
    const python = 'import json, sqlite3, sys; print(json.dumps(sqlite3.connect(f"file:{sys.argv[1]}?mode=ro", uri=True).execute(sys.argv[2]).fetchall()))';
    return JSON.parse((await run('python3', ['-c', python, join(this.folder, 'takenseat.db'), text])).stdout);
  }

  async content() {
    const log = await readFile(join(this.folder, 'takenseat.db-wal')).catch(() => Buffer.alloc(0));
    return Buffer.concat([await readFile(join(this.folder, 'takenseat.db')), log]);
  }
}

class MariaDb {
  constructor(address, name) {
    const { username, hostname, port } = new URL(address);
    this.name = name;
    this.options = ['--no-defaults', '-h', hostname, '-P', port, '-u', username];
    this.settings = [`--db.url=${address}/${name}`];
  }

  client(program, ...args) {
    return run(program, [...this.options, ...args],
      { env: { ...process.env, MYSQL_PWD: process.env.TAKENSEAT_DB_PASSWORD }, encoding: 'buffer', maxBuffer: 1 << 28 });
  }

  make() { return this.client('mariadb', '-e', `CREATE DATABASE \`${this.name}\``); }
  drop() { return this.client('mariadb', '-e', `DROP DATABASE \`${this.name}\``); }
  sql(text) { return this.client('mariadb', this.name, '-e', text); }

  async rows(text) {
    const { stdout } = await this.client('mariadb', '-N', '--batch', '--raw', this.name, '-e', text);
    const number = (word) => (/^-?\d{1,15}$/.test(word) ? Number(word) : word);
    return String(stdout).split('\n').filter(Boolean).map((line) => line.split('\t').map(number));
  }

  /* Ends all connections to the database. */
  async cut() {
    const { stdout } = await this.client('mariadb', '-N', '-e', `SELECT id FROM information_schema.processlist WHERE db = '${this.name}'`);
    const ids = String(stdout).split('\n').filter(Boolean);
    if (ids.length) await this.client('mariadb', '--force', '-e', ids.map((id) => `KILL ${id};`).join(' ')).catch(() => undefined);      /* some are gone by then */
  }

  /* Without what a restart changes. */
  async content() {
    const { stdout } = await this.client('mariadb-dump', '--skip-dump-date', '--single-transaction', `--ignore-table=${this.name}.lease`,
      `--ignore-table=${this.name}.lease_fence`, this.name);
    return stdout;
  }
}

/* make() and drop() it; `settings` name it to the program; sql() changes it behind the program's back, rows() looks into it (for texts
 * without tabs and line ends); content() is all that it holds, in bytes: equal after a clean end only if nothing was written in between. */
export function store(folder) {
  const address = process.env.TAKENSEAT_TEST_MARIADB;
  return address ? new MariaDb(address, basename(folder)) : new Sqlite(folder);
}
