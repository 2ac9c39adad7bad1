// Follow what happens and what changes, and be able to prove that nothing was missed.
import type { Client } from "./client.js";
import type { components } from "./schema.js";

export type Event = components["schemas"]["Event"];
export type Row = components["schemas"]["Synced"];
export type Stream = "public" | "own";

/** The numbers of a stream have a gap, so that something was lost on the way. */
export class Missed extends Error {}

/**
 * A stream of events, numbered 1, 2, 3 and so on, from the number that was kept last. `after` is what
 * to keep, in the transaction in which the event had its effect.
 */
export class Feed {
  constructor(private readonly client: Client, readonly stream: Stream = "own", public after = 0) {}

  /** Walk over all events there are; with `wait`, wait that many seconds for the first. */
  async *fresh(wait = 0, limit = 1000): AsyncGenerator<Event> {
    for (let more = true; more; wait = 0) {
      const query = { stream: this.stream, after: this.after, limit, wait };
      const page = await this.client.call("read_feed", { query });
      for (const event of page.data) {
        if (event.seq !== this.after + 1) throw new Missed(`${this.stream}: ${event.seq} came after ${this.after}`);
        yield event;
        this.after = event.seq;
      }
      if (this.after !== page.last_seq) throw new Missed(`${this.stream}: told up to ${page.last_seq}, got ${this.after}`);
      more = page.has_more;
    }
  }

  /** Walk over events as they happen, without end. */
  async *forever(): AsyncGenerator<Event> {
    for (;;) yield* this.fresh(20);
  }

  /** Whether as many events were walked over as the platform counts. */
  async complete(): Promise<boolean> {
    return (await this.client.call("read_feed_heads"))[this.stream] === this.after;
  }
}

/** Scores of watched purchases. Keep `rows` and `since` together, and go on from there. */
export class Sync {
  constructor(
    private readonly client: Client,
    private readonly watched: { id?: string[]; region?: string[] },
    public since = 0,
    readonly rows: Map<string, Row> = new Map(),
  ) {}

  /** Take in what changed and return the ids; broken off anywhere, it can be asked again. */
  async level(limit = 500): Promise<string[]> {
    const changed: string[] = [];
    let mark: { since: number } | { cursor: string } = { since: this.since };
    for (;;) {
      const page: components["schemas"]["SyncPage"] = await this.client.call("sync_scores", {
        query: { ...this.watched, ...mark, limit },
      });
      for (const row of page.data) {
        changed.push(row.id);
        if (row.gone) this.rows.delete(row.id);
        else this.rows.set(row.id, row);
      }
      if (!page.next_cursor) {
        this.since = page.seq;
        return changed;
      }
      mark = { cursor: page.next_cursor };
    }
  }
}
