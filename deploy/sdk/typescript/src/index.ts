// The TypeScript client of Qadaga: Node 20, browsers, React Native; no dependency.
export { Client, type Options } from "./client.js";
export { Feed, Missed, Sync, type Event, type Row } from "./following.js";
export { Problem } from "./problem.js";
export * as tips from "./sealing.js";
export { Forged, verify } from "./webhooks.js";
export type { components, operations } from "./schema.js";
