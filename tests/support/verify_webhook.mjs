// How a receiver checks a delivery, written from the protocol text alone as the SDKs' helper does
// it: null, or why it is refused.
import { createHmac, timingSafeEqual } from "node:crypto";

const tolerance_seconds = 300;

export function fault_of({ headers, body }, secret, now = Date.now() / 1000) {
    const timestamp = headers["x-grantex-timestamp"] ?? "";
    if (!/^\d{1,15}$/.test(timestamp)) return "no timestamp";
    if (Math.abs(Math.floor(now) - Number(timestamp)) > tolerance_seconds) return "too old or new";
    const given = headers["x-grantex-signature-v2"] ?? "";
    const digest = createHmac("sha256", secret).update(`${timestamp}.${body}`).digest("hex");
    const expected = Buffer.from(`sha256=${digest}`);
    if (given.length !== expected.length || !timingSafeEqual(Buffer.from(given), expected))
        return "another signature";
    return null;
}
