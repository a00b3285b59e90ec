/* Keys for programs that act for their owner. */
import { useState } from "preact/hooks";
import { createKey, listKeys, revokeKey, scopes, type ApiKey } from "../api/staff";
import { day } from "../app/format";
import { useResource } from "../app/resource";
import { tell } from "../app/toasts";
import { fromLocal } from "../room/local-time";
import { Sure } from "../room/Sure";
import { Field } from "../ui/Field";
import { useSending } from "../ui/Form";
import { Await, Notice } from "../ui/states";
import { Frame } from "./Frame";
import { Once, Several } from "./Once";
import { Refusals } from "./Refusals";
import { staffWords } from "./words";

export default function KeysPage() {
  const w = staffWords();
  const list = useResource(listKeys, []);
  const [secret, setSecret] = useState<string | null>(null);
  return (
    <Frame title={w.keys} about={w.key.intro}>
      {secret
        ? <Once label={w.key.yours} secret={secret} onKept={() => setSecret(null)} />
        : <NewKey onMade={(key) => {
          setSecret(key.key ?? null);
          list.reload();
        }} />}
      <Await of={list}>{({ items }) => (items.length === 0
        ? <Notice title={w.key.none} text={w.key.noneText} testid="empty" />
        : <ul class="staff__list" data-testid="api-keys">{items.map((one) => <One key={one.id} apiKey={one} onDone={list.reload} />)}</ul>)}</Await>
    </Frame>
  );
}

function NewKey({ onMade }: { onMade(key: ApiKey): void }) {
  const w = staffWords().key;
  const [name, setName] = useState("");
  const [chosen, setChosen] = useState<string[]>(["sales:read"]);
  const [expires, setExpires] = useState("");
  const { busy, problem, send } = useSending(async () => {
    const until = fromLocal(expires);
    onMade(await createKey({ name, scopes: scopes.filter((one) => chosen.includes(one)), ...(until ? { expires_at: until } : {}) }));
  });
  return (
    <form class="panel form" noValidate onSubmit={send} data-testid="key-form">
      <Refusals problem={problem} fields={["name", "scopes", "expires_at"]} />
      <Field label={w.name} name="name" hint={w.nameHint} value={name} onValue={setName} error={problem?.field("name")} />
      <Several label={w.scopes} name="scopes" all={scopes.map((one) => [one, w.scope[one]])} chosen={chosen} onChosen={setChosen} error={problem?.field("scopes")} />
      <Field label={w.expires} name="expires_at" type="datetime-local" hint={w.expiresHint} value={expires} onValue={setExpires} error={problem?.field("expires_at")} />
      <div><button class="button" disabled={busy} data-testid="make-key">{w.create}</button></div>
    </form>
  );
}

function One({ apiKey, onDone }: { apiKey: ApiKey; onDone(): void }) {
  const w = staffWords().key;
  const [asked, setAsked] = useState(false);
  const revoke = async () => {
    await revokeKey(apiKey.id);
    tell(w.revoked);
    onDone();
  };
  return (
    <li class="panel staff__one" data-testid="api-key">
      <h2>{apiKey.name} <code>{apiKey.hint}…</code></h2>
      <p class="muted">{[apiKey.scopes.map((one) => w.scope[one as keyof typeof w.scope] ?? one).join(", "), day(apiKey.created_at),
        apiKey.expires_at ? w.until(day(apiKey.expires_at)) : w.never].join(" · ")}</p>
      {asked
        ? <Sure sentence={w.sureRevoke(apiKey.name)} act={revoke} onEnd={() => setAsked(false)} />
        : <button type="button" class="button button--quiet button--small" data-testid="revoke-key" onClick={() => setAsked(true)}>{w.revoke}</button>}
    </li>
  );
}
