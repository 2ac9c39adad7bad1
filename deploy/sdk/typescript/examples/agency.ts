// An agency follows the feed from where it stopped, and proves that nothing was missed.
//     QADAGA_URL=... QADAGA_KEY=... node dist/examples/agency.js seen.json [public|own]
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { Client, Feed } from "../src/index.js";

const { QADAGA_URL: url = "", QADAGA_KEY: key = "" } = process.env;
const [file = "seen.json", stream] = process.argv.slice(2);
// The file stands for your database.
const kept: { after: number; ids: string[] } = existsSync(file)
  ? JSON.parse(readFileSync(file, "utf8"))
  : { after: 0, ids: [] };

const feed = new Feed(new Client({ url, key }), stream === "public" ? "public" : "own", kept.after);
for await (const event of feed.fresh()) {
  kept.ids.push(event.id);
  kept.after = event.seq;
  writeFileSync(file, JSON.stringify(kept));
}
const distinct = new Set(kept.ids).size;
const whole = (await feed.complete()) && kept.ids.length === distinct && distinct === kept.after;
console.log(`${kept.ids.length} events, ${whole ? "nothing missed" : "not complete yet"}`);
