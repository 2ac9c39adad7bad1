/** A refusal or a fault (RFC 9457). `code` is for programs and never changes its meaning. */
export class Problem extends Error {
  readonly code: string;
  readonly requestId: string | undefined;

  constructor(readonly status: number, readonly document: Record<string, unknown>) {
    const code = String(document.code ?? document.error ?? "unknown");
    super(`${status} ${code}: ${document.detail ?? document.title ?? ""}`);
    this.name = "Problem";
    this.code = code;
    this.requestId = document.request_id as string | undefined;
  }
}
