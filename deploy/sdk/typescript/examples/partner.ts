// A partner looks for risky purchases of a region and has one of them explained.
//     QADAGA_URL=... QADAGA_KEY=... node dist/examples/partner.js 71
import { Client } from "../src/index.js";

const { QADAGA_URL: url = "", QADAGA_KEY: key = "" } = process.env;
const region = process.argv.slice(2);
const client = new Client({ url, key, language: "en" });

let first: string | undefined;
for await (const found of client.rows("list_processes", { query: { region, band: ["high", "critical"] } })) {
  console.log(found.id, found.title);
  first ??= found.id;
}
if (first) {
  const path = { subject_type: "process", subject_id: first };
  const told = await client.call("explain_score", { path });
  for (const line of told.lines) console.log(line.code, line.status, line.title);
  console.log(told.notice);
} else {
  console.log("no risky purchase");
}
