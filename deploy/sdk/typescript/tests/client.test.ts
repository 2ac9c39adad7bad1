// The client as a stranger's program uses it, over a line with faults; tests/sdk starts it.
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { beforeEach, test } from "node:test";
import { Webhook } from "standardwebhooks";
import { Client, Feed, Forged, Missed, Problem, Sync, verify, type Options } from "../src/index.js";

interface Told {
  url: string;
  key: string;
  keys: { first: string; second: string; app: string };
  reader: string;
  organisation: string;
  purchase: string;
  export: { id: string; name: string; sha256: string; text: string };
  deliveries: { secret: string; headers: Record<string, string>; body: string }[];
}
interface Asked {
  verb: string;
  path: string;
  key: string | null;
  match: string | null;
  status: number;
}

const told: Told = JSON.parse(readFileSync(process.env.QADAGA_TOLD ?? "", "utf8"));
let slept: number[] = [];

function client(key = told.key, more: Partial<Options> = {}): Client {
  const sleep = async (seconds: number) => void slept.push(seconds);
  return new Client({ url: told.url, key, sleep, ...more });
}

/** Have the next answers spoilt; returns what was asked before. */
async function line(...faults: (number | string)[]): Promise<Asked[]> {
  const answer = await fetch(`${told.url}/line`, { method: "POST", body: JSON.stringify(faults) });
  return (await answer.json()) as Asked[];
}

async function said(): Promise<number[]> {
  return (await line()).map((each) => each.status);
}

async function gathered<One>(all: AsyncIterable<One>): Promise<One[]> {
  const found: One[] = [];
  for await (const one of all) found.push(one);
  return found;
}

beforeEach(async () => {
  await line();
  slept = [];
});

test("a list is walked over its pages", async () => {
  const found = await gathered(client().rows("list_processes", { query: { limit: 2 } }));
  assert.deepEqual(found.map((each) => each.ocid).sort(), ["o-1", "o-2", "o-3", "o-4", "o-5"]);
  assert.deepEqual(await said(), [200, 200, 200]);
});

test("a read is repeated after the pause asked for, and over a line cut in the midst of a body", async () => {
  await line(429, 503, "cut", "part");
  const heads = await client().call("read_feed_heads");
  assert.ok(heads.public > 0);
  assert.deepEqual(await said(), [429, 503, 200, 200, 200]);
  assert.deepEqual(slept.slice(0, 2), [7, 7]);
  assert.ok(slept[2]! >= 1 && slept[2]! <= 2);
});

test("after all retries the refusal or the broken line is told", async () => {
  const short = client(told.key, { retries: 1 });
  for (const [fault, kind] of [[429, Problem], [503, Problem], ["cut", TypeError]] as const) {
    await line(fault, fault);
    await assert.rejects(short.call("read_feed_heads"), kind);
    assert.equal((await said()).length, 2);
  }
});

test("a creation whose answer was lost is repeated with its key and made once", async () => {
  const admin = client(told.keys.first);
  await line(503, "cut");
  const made = await admin.call("add_member", { body: { name: "Сәуле", role: "reader" } });
  const posts = (await line()).filter((each) => each.verb === "POST");
  const members = await gathered(admin.rows("list_members"));
  assert.deepEqual(members.filter((each) => each.name === "Сәуле").map((each) => each.id), [made.id]);
  assert.equal(posts.length, 3);
  assert.equal(new Set(posts.map((each) => each.key)).size, 1);
  assert.ok(posts[0]!.key);
});

test("what has no idempotency key is repeated only where it had no effect", async () => {
  const body = { ids: [told.purchase], subject_type: "process" as const };
  await line(429);
  assert.equal((await client().call("lookup_scores", { body })).data.length, 1);
  await line("cut");
  await assert.rejects(client().call("lookup_scores", { body }), TypeError);
  assert.deepEqual(await said(), [200]);
});

test("a move carries the version that is given", async () => {
  const move = { path: { case_id: "cas_1" }, ifMatch: '"3"', body: { move: "verify" } };
  await assert.rejects(client(told.key, { retries: 0 }).call("move_case", move));
  assert.deepEqual((await line()).map((each) => each.match), ['"3"']);
});

test("what is known is not sent again, and a change is bound to what was read", async () => {
  const [first, second] = [client(told.keys.first), client(told.keys.second)];
  const purchase = { path: { process_id: told.purchase } };
  assert.deepEqual(await first.call("read_process", purchase), await first.call("read_process", purchase));
  const path = { member_id: told.reader };
  await first.call("read_member", { path });
  await second.call("read_member", { path });
  await first.call("change_member", { path, body: { name: "Бірінші" } });
  const late = second.call("change_member", { path, body: { name: "Екінші" } });
  await assert.rejects(late, { status: 412, code: "version_conflict" });
  assert.deepEqual(await said(), [200, 304, 200, 200, 200, 412]);
});

test("refusals are exceptions with code, flaws and request id", async () => {
  const wrong = client("qdg_live_no").call("read_me");
  await assert.rejects(wrong, (fault: Problem) => fault.code === "unauthenticated" && fault.requestId !== undefined);
  const none = client().call("read_process", { path: { process_id: "prc_none/../x" } });
  await assert.rejects(none, { status: 404, code: "not_found" });
  const flawed = client().call("list_processes", { query: { limit: 999 } });
  await assert.rejects(flawed, (fault: Problem) => JSON.stringify(fault.document.errors).includes("/query/limit"));
});

test("an OAuth client gets a token once and works with it", async () => {
  const body = { scopes: ["scores:read"], name: "Жүйе" };
  const made = await client(told.keys.first).call("make_client", { body });
  const system = new Client({ url: told.url, clientId: made.id, clientSecret: made.secret! });
  await system.call("read_me");
  assert.equal((await system.call("read_me")).organisation, told.organisation);
  assert.equal((await line()).filter((each) => each.path === "/oauth/token").length, 1);
});

test("the feed is followed over drops, and a gap is found", async () => {
  let after = 0;
  for await (const event of new Feed(client(), "public").fresh(0, 1)) {
    after = event.seq;
    break;
  }
  const resumed = new Feed(client(), "public", after);
  await line("part", 503);
  const seen = (await gathered(resumed.fresh(0, 2))).map((each) => each.seq);
  assert.deepEqual(seen, seen.map((_, place) => place + 2));
  assert.ok(seen.length > 2 && (await resumed.complete()));

  const page = { data: [{ seq: 1 }, { seq: 3 }], last_seq: 3, head: 3, has_more: false };
  const headers = { "Content-Type": "application/json" };
  const losing = async () => new Response(JSON.stringify(page), { headers });
  await assert.rejects(gathered(new Feed(client(told.key, { fetch: losing })).fresh()), Missed);
});

test("a mobile is level over drops, and the second time nothing is sent", async () => {
  const watched = new Sync(client(), { id: [told.purchase] });
  await line("part", "cut");
  assert.deepEqual(await watched.level(), [told.purchase]);
  assert.equal(watched.rows.get(told.purchase)?.score?.band, "high");
  await watched.level();
  assert.deepEqual(await watched.level(), []);
  assert.deepEqual(await said(), [200, 200, 200, 200, 304]);
});

test("deliveries of the dispatcher are verified; changed, old or foreign ones are refused", async () => {
  assert.equal(new Set(told.deliveries.map((each) => each.secret.split("_")[0])).size, 2); // v1 and v1a
  for (const { secret, headers, body } of told.deliveries) {
    const now = Number(headers["webhook-timestamp"]);
    const look = (changed: Record<string, string> = {}) => (name: string) => ({ ...headers, ...changed })[name];
    assert.equal((await verify(body, look(), secret, now)).type, "alert.created");
    const other = told.deliveries.find((each) => each.secret !== secret)!;
    for (const [given, header, at, by] of [
      [`${body} `, look(), now, secret],
      [body, look({ "webhook-id": "msg_2" }), now, secret],
      [body, look({ "webhook-signature": "v1,!! v1a,!! v2,eA==" }), now, secret],
      [body, look(), now + 301, secret],
      [body, () => null, now, secret],
      [body, look(), now, other.secret],
    ] as const) {
      await assert.rejects(verify(given, header, by, at), Forged);
    }
  }
});

test("a stranger's verifier and ours agree", async () => {
  const shared = told.deliveries.find((each) => each.secret.startsWith("whsec_"))!;
  const stranger = new Webhook(shared.secret);
  assert.deepEqual(stranger.verify(shared.body, shared.headers), JSON.parse(shared.body));
  const [moment, body] = [new Date(), '{"type":"ping","timestamp":"x","data":{}}'];
  const headers: Record<string, string> = {
    "webhook-id": "msg_3",
    "webhook-timestamp": String(Math.floor(moment.getTime() / 1000)),
    "webhook-signature": stranger.sign("msg_3", moment, body),
  };
  assert.equal((await verify(body, (name) => headers[name], shared.secret)).type, "ping");
});

test("a file is fetched as its bytes, from where the line broke, and no other file is put behind it", async () => {
  const path = { export_id: told.export.id, name: told.export.name };
  await line("part", 503, "part");
  const bytes = Buffer.concat(await gathered(client(told.keys.app).file("download_export", { path })));
  assert.equal(createHash("sha256").update(bytes).digest("hex"), told.export.sha256);
  assert.equal(bytes.toString("utf8"), told.export.text);
  assert.deepEqual(await said(), [200, 503, 206, 206]);

  await line("part", "whole");
  const mixed = gathered(client(told.keys.app).file("download_export", { path }));
  await assert.rejects(mixed, { status: 412, code: "changed_meanwhile" });
  const missing = gathered(client(told.keys.app).file("download_export", { path: { ...path, name: "no.csv" } }));
  await assert.rejects(missing, { status: 404, code: "not_found" });
});
