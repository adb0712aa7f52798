// A certificate of its own for a server or a receiver of the tests: {key, cert, file, key_file}, the
// last two the paths, for programs and for those who are to trust it.
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { temporary_directory } from "./server.mjs";

export function make_certificate(...names) {
    const folder = temporary_directory();
    const [key, cert] = ["key.pem", "cert.pem"].map((file) => join(folder, file));
    const alternatives = `subjectAltName=${names.map((name) => `DNS:${name}`).join(",")}`;
    const subject = ["-subj", `/CN=${names[0]}`, "-addext", alternatives];
    const made = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-keyout", key];
    execFileSync("openssl", ["req", ...made, "-out", cert, ...subject], { stdio: "ignore" });
    return { key: readFileSync(key), cert: readFileSync(cert), file: cert, key_file: key };
}
