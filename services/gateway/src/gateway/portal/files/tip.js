// The page of tips: what is written here is sealed before it leaves the tab. Nothing is stored: the
// receipt is shown once, a session lives in a variable, the address never changes.
import { isPicture, stripped } from "/tip/pictures.js";
import * as sealing from "/tip/sealing.js";

const at = (id) => document.getElementById(id);
const said = at("said");
const language = document.documentElement.lang;

let channels = null;
let open = null; // the session: its token, the tip's private key, whom to seal answers to
let waiting = null; // a tip that is sealed and not yet sent, for who tries again

const say = (name) => (said.textContent = name ? said.dataset[name] : "");
const shown = (id, visible) => (at(id).hidden = !visible);

async function ask(method, path, body, token) {
  const headers = { "Content-Type": "application/json", ...(token ? { "Tip-Session": token } : {}) };
  const more = body === undefined ? {} : { body: JSON.stringify(body) };
  const options = { method, headers, credentials: "omit", cache: "no-store", referrerPolicy: "no-referrer" };
  const answer = await fetch(`/v1/tips${path}`, { ...options, ...more });
  if (!answer.ok) throw Object.assign(new Error(path), { status: answer.status });
  return answer.json();
}

// What takes long is begun when the words that say so are on the screen.
async function doing(event, work) {
  event.preventDefault();
  const buttons = document.querySelectorAll("main button");
  buttons.forEach((one) => (one.disabled = true));
  say("working");
  await new Promise((resume) => setTimeout(resume, 50));
  try {
    say(await work());
  } catch (fault) {
    say(fault.message?.includes("picture") ? "unread" : fault instanceof RangeError || fault.status === 404 ? "wrong" : "failed");
  }
  buttons.forEach((one) => (one.disabled = false));
}

function ticked(name, value, label, parent) {
  const line = document.createElement("label");
  const box = Object.assign(document.createElement("input"), { type: "checkbox", name, value });
  line.append(box, ` ${label}`);
  parent.append(line);
  return box;
}

function showRecipients() {
  for (const each of channels.organisations) {
    const chosen = ticked("organisation", each.id, each.name, at("recipients"));
    const people = Object.assign(document.createElement("div"), { className: "people", hidden: true });
    for (const key of each.keys) ticked("reader", key.id, `${key.label} (${key.fingerprint.slice(0, 8)})`, people).checked = true;
    at("recipients").append(people);
    chosen.addEventListener("change", () => (people.hidden = !chosen.checked));
    if (channels.organisations.length === 1) chosen.click();
  }
}

const boxes = (name, on) => [...document.querySelectorAll(`input[name=${name}]`)].filter((one) => one.checked === on).map((one) => one.value);

// Which of the chosen files tell more than is seen: nothing is taken off them.
async function showKept() {
  const chosen = await Promise.all([...at("files").files].map(async (file) => [file.name, isPicture(await read(file))]));
  const kept = chosen.filter(([, clean]) => !clean).map(([name]) => name);
  at("kept").textContent = kept.length ? `${said.dataset.kept} ${kept.join(", ")}` : "";
}

const read = async (file) => new Uint8Array(await file.arrayBuffer());

async function tell() {
  for (const file of at("files").files) stripped(await read(file)); // a fault is told before anything is sent
  const told = { text: at("text").value, objects: at("objects").value.split(/[\s,;]+/).filter(Boolean) };
  const files = [...at("files").files];
  const names = { files: files.map((file) => file.name) };
  waiting ??= await sealing.sealTip(channels, { ...told, ...(files.length ? names : {}) }, boxes("organisation", true), { excluded: boxes("reader", false), channel: "web" });
  try {
    await ask("POST", "", waiting.body);
  } catch (fault) {
    if (fault.status === 409 || fault.status === 422) waiting = null;
    throw fault;
  }
  const { receipt } = waiting;
  at("receipt").textContent = receipt;
  shown("sent", true);
  shown("tell", false);
  at("sent").focus();
  if (files.length) await attach(receipt, files);
  at("tell").reset();
  at("kept").textContent = "";
  waiting = null;
}

async function attach(receipt, files) {
  await begin(receipt);
  for (const file of files) {
    for (const part of await sealing.sealFile(channels, await read(file), open.readers)) await ask("POST", "/me/chunks", part, open.token);
  }
  open = null;
}

async function begin(receipt) {
  const { derived, body } = await sealing.session(channels, receipt);
  const opened = await ask("POST", "/session", body);
  open = { token: opened.token, own: await sealing.ownKey(opened, derived), readers: { tip: opened.public_key } };
  const tip = await ask("GET", "/me", undefined, open.token);
  for (const key of tip.recipients) open.readers[key.id] = key.public_key;
  return tip;
}

async function showTalk(tip) {
  at("status").textContent = said.dataset[`state_${tip.status}`] ?? tip.status;
  at("messages").replaceChildren();
  for (let page = tip; ; page = await ask("GET", `/me?after=${page.messages.at(-1).number}`, undefined, open.token)) {
    for (const each of page.messages) {
      if (!each.key || !each.content) continue;
      const line = document.createElement("li");
      const told = await sealing.openPiece(each.content, each.key, open.own);
      line.textContent = `${each.on}, ${each.by === "sender" ? said.dataset.you : named(each.by)}: ${told.text}`;
      at("messages").append(line);
    }
    if (!page.more) break;
  }
  shown("answer", tip.status !== "withdrawn");
  shown("withdraw", tip.status !== "withdrawn");
  shown("talk", true);
  at("talk").focus();
}

const named = (id) => channels.organisations.find((each) => each.id === id)?.name ?? id;

async function reply() {
  const once = btoa(String.fromCharCode(...crypto.getRandomValues(new Uint8Array(16))));
  const sealed = await sealing.seal(channels, { text: at("reply").value }, open.readers);
  await ask("POST", "/me/messages", { once, sealed }, open.token);
  at("answer").reset();
  await showTalk(await ask("GET", "/me", undefined, open.token));
}

async function withdraw() {
  await ask("POST", "/me:withdraw", undefined, open.token);
  open = null;
  shown("talk", false);
  return "gone";
}

at("tell").addEventListener("submit", (event) => doing(event, tell));
at("open").addEventListener("submit", (event) =>
  doing(event, async () => {
    const receipt = at("shown").value;
    at("open").reset();
    await showTalk(await begin(receipt));
  }),
);
at("files").addEventListener("change", showKept);
at("answer").addEventListener("submit", (event) => doing(event, reply));
at("withdraw").addEventListener("click", (event) => doing(event, withdraw));

try {
  channels = await ask("GET", "/channels");
  at("reveals").textContent = channels.channels.find((way) => way.code === "web").reveals[language];
  shown("tell", channels.organisations.length > 0);
  if (channels.organisations.length) showRecipients();
  else say("nobody");
} catch {
  say("failed");
}
