/* What went wrong, in one shape: the server's RFC 9457 problem, or the network's silence. */

export interface FieldError {
  field: string;
  message: string;
}

export class Problem extends Error {
  override readonly name = "Problem";

  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly fields: FieldError[] = [],
    readonly retryAfterMs: number | null = null,
  ) {
    super(detail || title || code);
  }

  /* Nothing is known about what the server did: asking again with the same key is the way to find out. */
  get uncertain(): boolean {
    return this.status === 0 || this.status >= 500;
  }

  get offline(): boolean {
    return this.code === "network";
  }

  field(name: string): string | undefined {
    return this.fields.find((error) => error.field === name)?.message;
  }
}

export function networkProblem(): Problem {
  return new Problem(0, "network", "", "");
}

export function asProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  return new Problem(0, "client", "", error instanceof Error ? error.message : String(error));
}

export async function readProblem(response: Response): Promise<Problem> {
  const body = await response.json().catch(() => null);
  const record = isRecord(body) ? body : {};
  return new Problem(
    response.status,
    text(record.code) || (response.status === 401 ? "unauthenticated" : "unavailable"),
    text(record.title),
    text(record.detail),
    Array.isArray(record.errors) ? record.errors.filter(isRecord).map(fieldError) : [],
    retryAfter(response.headers.get("Retry-After")),
  );
}

/* Which elements of the list `name` of the request are refused: the fields `name[0]`, `name[1]` and so on. */
export function refusedOf<T>(problem: Problem, name: string, list: readonly T[]): T[] {
  return list.filter((_, i) => problem.field(`${name}[${i}]`) !== undefined);
}

function retryAfter(header: string | null): number | null {
  const seconds = Number(header);
  return header !== null && Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : null;
}

function fieldError(record: Record<string, unknown>): FieldError {
  return { field: text(record.field), message: text(record.message) };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
