// Whether a delivery is ours and fresh: Standard Webhooks 1.0, `v1` (HMAC) and `v1a` (Ed25519).

/** No signature of the delivery fits, or it is too old or too new. */
export class Forged extends Error {}

const TOLERANCE = 300;

/**
 * Return the event of a delivery, given the raw body, a look-up of its headers and the endpoint's
 * secret: `whsec_` (v1), or the public key `whpk_` (v1a).
 */
export async function verify(
  body: string,
  header: (name: string) => string | null | undefined,
  secret: string,
  now = Date.now() / 1000,
): Promise<{ type: string; timestamp: string; data: Record<string, unknown> }> {
  const id = header("webhook-id");
  const moment = header("webhook-timestamp");
  const given = header("webhook-signature");
  if (!id || !moment || !given || !/^\d+$/.test(moment)) throw new Forged("headers are missing or not as they should be");
  if (Math.abs(now - Number(moment)) > TOLERANCE) throw new Forged("too old or too new");
  const signed = new TextEncoder().encode(`${id}.${moment}.${body}`);
  const scheme = secret.startsWith("whpk_") ? "v1a" : "v1";
  const key = await imported(scheme, bytes(secret.replace(/^wh(sec|pk)_/, "")));
  for (const one of given.split(" ")) {
    const [kind, text] = one.split(",", 2);
    if (kind !== scheme || !text) continue;
    if (await fits(scheme, key, text, signed)) return JSON.parse(body);
  }
  throw new Forged("no signature fits");
}

function imported(scheme: "v1" | "v1a", raw: Uint8Array<ArrayBuffer>): Promise<CryptoKey> {
  const algorithm = scheme === "v1" ? { name: "HMAC", hash: "SHA-256" } : { name: "Ed25519" };
  return crypto.subtle.importKey("raw", raw, algorithm, false, ["verify"]);
}

async function fits(scheme: string, key: CryptoKey, text: string, signed: Uint8Array<ArrayBuffer>): Promise<boolean> {
  try {
    return await crypto.subtle.verify(scheme === "v1" ? "HMAC" : "Ed25519", key, bytes(text), signed);
  } catch {
    return false;
  }
}

function bytes(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
}
