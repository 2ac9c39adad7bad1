// A mobile keeps the scores of what its owner watches, over a line that drops.
//     QADAGA_URL=... QADAGA_KEY=... node dist/examples/mobile.js prc_... prc_...
import { Client, Sync } from "../src/index.js";

const { QADAGA_URL: url = "", QADAGA_KEY: key = "" } = process.env;
const sync = new Sync(new Client({ url, key, retries: 8 }), { id: process.argv.slice(2) });
const changed = await sync.level();
const since = await sync.level();
console.log(`${changed.length} changed, ${since.length} since then`);
for (const [id, row] of [...sync.rows].sort()) console.log(id, row.score && row.score.band);
