// How a request gets there and back: authentication, retries, idempotency keys, ETags, pages.
import { OPERATIONS } from "./operations.js";
import { Problem } from "./problem.js";
import type { operations } from "./schema.js";

type Id = keyof typeof OPERATIONS & keyof operations;
type Files = { [Op in Id]: (typeof OPERATIONS)[Op]["file"] extends true ? Op : never }[Id];
type Part<Op, Key extends string> = Op extends { parameters: { [K in Key]?: infer Value } } ? Value : never;
type Content<Answer> = Answer extends { content: infer Kinds } ? Kinds[keyof Kinds] : undefined;
type Good<Op> = Op extends { responses: infer All } ? All[keyof All & (200 | 201 | 202 | 204)] : never;

/** What an operation answers. */
export type Answer<Op extends Id> = Content<Good<operations[Op]>>;
/** A row of what a list answers. */
export type Row<Op extends Id> = Answer<Op> extends { data: (infer One)[] } ? One : never;
/** What an operation is asked with. */
export interface Asked<Op extends Id> {
  path?: Part<operations[Op], "path">;
  query?: Part<operations[Op], "query">;
  body?: operations[Op] extends { requestBody?: { content: infer Kinds } } ? Kinds[keyof Kinds] : never;
  ifMatch?: string;
  idempotencyKey?: string;
}

export interface Options {
  url: string;
  key?: string;
  clientId?: string;
  clientSecret?: string;
  language?: "kk" | "ru" | "en";
  /** How often what may be repeated without a second effect is repeated (4). */
  retries?: number;
  /** Milliseconds until a try is given up (30 000). */
  timeout?: number;
  fetch?: typeof fetch;
  sleep?: (seconds: number) => Promise<void>;
}

const AWAY = new Set([502, 503, 504]);
const IDEMPOTENT = new Set(["GET", "PUT", "DELETE"]);
const LONGEST_PAUSE = 60;
const REMEMBERED = 500;
const EARLY = 30;
const CHANGED = { code: "changed_meanwhile", detail: "It is another file now." };

/** An answer that was read to its end. */
interface Whole {
  status: number;
  ok: boolean;
  headers: Headers;
  text: string;
}

async function whole(answer: Response): Promise<Whole> {
  const { status, ok, headers } = answer;
  return { status, ok, headers, text: await answer.text() };
}

export class Client {
  private token: string | undefined;
  private tokenEnds = 0;
  private readonly known = new Map<string, { etag: string; value: unknown }>();
  private readonly base: string;
  private readonly fetch: typeof fetch;
  private readonly sleep: (seconds: number) => Promise<void>;

  constructor(private readonly options: Options) {
    this.base = options.url.replace(/\/+$/, "");
    this.fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.sleep = options.sleep ?? ((seconds) => new Promise((done) => setTimeout(done, seconds * 1000)));
    this.token = options.key;
  }

  /**
   * Ask an operation, by its id. Without `ifMatch` a change or move is bound to the version of its
   * document that this client read last, so that nobody's work is overwritten unseen. Throws a Problem when it is refused, TypeError when the line stays broken.
   */
  async call<Op extends Id>(id: Op, asked: Asked<Op> = {}): Promise<Answer<Op>> {
    const { verb, path, boundTo, repeatable, form } = OPERATIONS[id];
    const places = (asked.path ?? {}) as Record<string, unknown>;
    const url = this.base + filled(path, places) + searched(asked.query);
    const headers: Record<string, string> = {};
    if (this.options.language) headers["Accept-Language"] = this.options.language;
    if (repeatable) headers["Idempotency-Key"] = asked.idempotencyKey ?? crypto.randomUUID();
    const known = this.known.get(url);
    const match = asked.ifMatch ?? (boundTo ? this.etag(filled(boundTo, places)) : undefined);
    if (match) headers["If-Match"] = match;
    if (known && verb === "GET") headers["If-None-Match"] = known.etag;
    const init: RequestInit = { method: verb, headers };
    if (form) init.body = new URLSearchParams(asked.body as Record<string, string>);
    else if (asked.body !== undefined) {
      headers["Content-Type"] = "application/json";
      init.body = JSON.stringify(asked.body);
    }
    const answer = await this.sent(url, init, headers, repeatable || IDEMPOTENT.has(verb), whole);
    if (answer.status === 304 && known) return known.value as Answer<Op>;
    return this.read(url, verb, answer) as Answer<Op>;
  }

  /** The version of the document under this path that was read last. */
  etag(path: string): string | undefined {
    return this.known.get(this.base + path)?.etag;
  }

  /** Walk over all rows of a list, page after page. */
  async *rows<Op extends Id>(id: Op, asked: Asked<Op> = {}): AsyncGenerator<Row<Op>> {
    let cursor: string | null = null;
    do {
      const query = cursor ? { ...(asked.query as object), cursor } : asked.query;
      const page = (await this.call(id, { ...asked, query } as Asked<Op>)) as unknown as {
        data: Row<Op>[];
        page: { next_cursor: string | null; has_more: boolean };
      };
      yield* page.data;
      cursor = page.page.has_more ? page.page.next_cursor : null;
    } while (cursor);
  }

  /**
   * Walk over the bytes of a file; where the line breaks, go on from there. Throws a Problem when it
   * is refused or has become another file on the way, TypeError when the line stays broken.
   */
  async *file<Op extends Files>(id: Op, asked: Asked<Op>): AsyncGenerator<Uint8Array> {
    const url = this.base + filled(OPERATIONS[id].path, (asked.path ?? {}) as Record<string, unknown>);
    let have = 0;
    let version = "";
    for (let tried = 0; ; ) {
      const before = have;
      const headers: Record<string, string> = { "Accept-Encoding": "identity" };
      if (have) Object.assign(headers, { Range: `bytes=${have}-`, "If-Range": version });
      const answer = await this.sent(url, { method: "GET" }, headers, true, async (found) => found);
      if (!answer.ok) this.read(url, "GET", await whole(answer));
      if (have && answer.status !== 206) throw new Problem(412, CHANGED);
      version = answer.headers.get("etag") ?? "";
      try {
        for await (const piece of answer.body as unknown as AsyncIterable<Uint8Array>) {
          have += piece.length;
          yield piece;
        }
        return;
      } catch (fault) {
        tried = have > before ? 0 : tried + 1;
        if (tried > (this.options.retries ?? 4)) throw fault;
        await this.sleep(backoff(tried));
      }
    }
  }

  /** Send until it is answered and `take` has read of the answer what it wants. */
  private async sent<Taken extends { status: number; headers: Headers }>(
    url: string,
    init: RequestInit,
    headers: Record<string, string>,
    repeatable: boolean,
    take: (answer: Response) => Promise<Taken>,
  ): Promise<Taken> {
    const retries = this.options.retries ?? 4;
    for (let tried = 0; ; tried += 1) {
      await this.authorise(url, headers);
      try {
        const signal = AbortSignal.timeout(this.options.timeout ?? 30_000);
        const answer = await take(await this.fetch(url, { ...init, headers, signal }));
        const again = answer.status === 429 || (repeatable && AWAY.has(answer.status));
        const pause = paused(answer, tried);
        if (tried >= retries || !again || pause > LONGEST_PAUSE) return answer;
        await this.sleep(pause);
      } catch (fault) {
        if (tried >= retries || !repeatable) throw fault;
        await this.sleep(backoff(tried));
      }
    }
  }

  private read(url: string, verb: string, answer: Whole): unknown {
    const { text } = answer;
    const json = /[/+]json(;|$)/.test(answer.headers.get("content-type") ?? "");
    if (!answer.ok) throw new Problem(answer.status, json ? JSON.parse(text) : { detail: text.slice(0, 1000) });
    const value: unknown = json ? JSON.parse(text) : text || undefined;
    const etag = answer.headers.get("etag");
    if (verb === "GET" && etag) {
      this.known.delete(url);
      this.known.set(url, { etag, value });
      for (const oldest of this.known.keys()) {
        if (this.known.size <= REMEMBERED) break;
        this.known.delete(oldest);
      }
    }
    return value;
  }

  private async authorise(url: string, headers: Record<string, string>): Promise<void> {
    const { clientId, clientSecret } = this.options;
    if (url.endsWith("/oauth/token")) return;
    if (clientId && clientSecret && Date.now() / 1000 > this.tokenEnds) {
      const body = { grant_type: "client_credentials", client_id: clientId, client_secret: clientSecret } as const;
      const made = await this.call("get_token", { body });
      this.token = made.access_token;
      this.tokenEnds = Date.now() / 1000 + made.expires_in - EARLY;
    }
    if (this.token) headers["Authorization"] = `Bearer ${this.token}`;
  }
}

function filled(path: string, values: Record<string, unknown>): string {
  return path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(values[name])));
}

function searched(query: object | undefined): string {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) {
    if (value === undefined || value === null) continue;
    for (const each of Array.isArray(value) ? value : [value]) search.append(name, String(each));
  }
  return search.size ? `?${search}` : "";
}

function paused(answer: { headers: Headers }, tried: number): number {
  const said = answer.headers.get("retry-after") ?? "";
  return /^\d+$/.test(said) ? Number(said) : backoff(tried);
}

function backoff(tried: number): number {
  return Math.min(0.5 * 2 ** tried, LONGEST_PAUSE) * (0.5 + Math.random() / 2);
}
