/* accounts.mjs DATA: the accounts of a demo, one a role, with random passwords kept in DATA/accounts.json. They exist in that data only. */
import { spawnSync } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, mkdirSync, openSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/* Letters and digits that are not mistaken for one another, in groups that can be typed. */
const LETTERS = "abcdefghjkmnpqrstuvwxyz23456789";
const group = () => Array.from({ length: 4 }, () => LETTERS[randomInt(LETTERS.length)]).join("");
const password = () => [group(), group(), group()].join("-");

const account = (role) => ({ role, email: `${role.toLowerCase()}@takenseat.example`, password: password() });

const [data] = process.argv.slice(2);

function makeAdmin({ email, password }) {
  const log = join(data, "server.log");
  const made = spawnSync("build/takenseat", ["admin", "create", "--data", data, "--email", email, "--password-stdin"], {
    input: `${password}\n`,
    stdio: ["pipe", "ignore", openSync(log, "a")],
  });
  if (made.status === 0) return;
  console.error(`demo: no administrator could be made; ${log} says why`);
  process.exit(1);
}

const file = join(data, "accounts.json");
if (!existsSync(file)) {
  const accounts = ["ADMIN", "MANAGER", "PRODUCER", "STAFF", "CUSTOMER"].map(account);
  mkdirSync(data, { recursive: true, mode: 0o700 });
  makeAdmin(accounts[0]);
  writeFileSync(`${file}.part`, JSON.stringify(accounts, null, 2) + "\n", { mode: 0o600 });
  renameSync(`${file}.part`, file);
}
