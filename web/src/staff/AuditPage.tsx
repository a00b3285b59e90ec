/* Who changed what, when, from where. */
import { listAudit } from "../api/staff";
import { koreanDay, moment } from "../app/format";
import { useList } from "../app/list";
import { Field } from "../ui/Field";
import { FormProblem } from "../ui/Form";
import { More } from "../ui/More";
import { Await, Notice } from "../ui/states";
import { useFilter, type Filter } from "./filter";
import { FilterForm } from "./FilterForm";
import { Frame } from "./Frame";
import { staffWords } from "./words";

const names = ["user_id", "object", "action", "from", "to"] as const;
type Marks = Filter<(typeof names)[number]>;

export default function AuditPage() {
  const w = staffWords();
  const [marks, change] = useFilter(names);
  const key = JSON.stringify(marks);
  const { from = "", to = "", ...rest } = marks;
  const list = useList((cursor, signal) => listAudit({ ...rest, from: koreanDay(from), to: koreanDay(to, 1) }, cursor, signal), [key]);
  return (
    <Frame title={w.audit}>
      <Search key={key} marks={marks} change={change} />
      {list.first.problem?.fields.length ? <FormProblem problem={list.first.problem} /> : (
        <Await of={list.first}>{() => (list.items.length === 0
          ? <Notice title={w.log.none} text={w.log.noneText} testid="empty" />
          : (
            <>
              <div class="panel staff__scroll" role="region" aria-label={w.audit} tabIndex={0}>
                <table class="staff__table" data-testid="log">
                  <thead>
                    <tr><th scope="col">{w.log.when}</th><th scope="col">{w.log.who}</th><th scope="col">{w.log.what}</th><th scope="col">{w.log.where}</th><th scope="col" class="num">{w.log.answer}</th></tr>
                  </thead>
                  <tbody>
                    {list.items.map((line) => (
                      <tr key={line.id} data-testid="log-line">
                        <td>{moment(line.at)}</td>
                        <td><a href={`/admin/customers?user=${encodeURIComponent(line.user_id)}`}><code>{line.user_id}</code></a><br /><span class="muted small">{line.address}</span></td>
                        <td><code>{line.action}</code></td>
                        <td class="staff__address"><code>{line.path}</code>{line.body && <details><summary>{line.object || w.log.object}</summary><code>{line.body}</code></details>}</td>
                        <td class="num">{line.status}</td>
                      </tr>
                    ))}
                  </tbody>
                </table>
              </div>
              <More of={list} />
            </>
          ))}</Await>
      )}
    </Frame>
  );
}

function Search({ marks, change }: { marks: Marks; change(part: Marks): void }) {
  const w = staffWords();
  return (
    <FilterForm marks={marks} change={change}>{(field) => (
      <>
        <Field label={w.log.action} {...field("action")} />
        <Field label={w.log.user} {...field("user_id")} />
        <Field label={w.log.object} {...field("object")} />
        <Field label={w.booking.from} type="date" {...field("from")} />
        <Field label={w.booking.to} type="date" {...field("to")} />
        <button class="button" data-testid="find">{w.search}</button>
      </>
    )}</FilterForm>
  );
}
