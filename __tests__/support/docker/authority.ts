import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import path from "node:path";

/** Makes a certificate authority in a directory, and `tls.crt` with `tls.key` of a server that it vouches for. */
export function makeAuthority(directory: string): string {
  mkdirSync(directory, { recursive: true });
  const file = (name: string) => path.join(directory, name);
  const openssl = (...words: string[]) => execFileSync("openssl", words, { stdio: "pipe" });
  const key = ["-newkey", "rsa:2048", "-noenc"];
  const [crt, authorityKey] = [file("authority.crt"), file("authority.key")];
  openssl(
    "req",
    "-x509",
    ...key,
    "-days",
    "1",
    "-subj",
    "/CN=authority",
    "-keyout",
    authorityKey,
    "-out",
    crt,
  );
  openssl(
    "req",
    ...key,
    "-subj",
    "/CN=localhost",
    "-keyout",
    file("tls.key"),
    "-out",
    file("tls.csr"),
  );
  writeFileSync(file("tls.ext"), "subjectAltName=DNS:localhost,DNS:postgres\n");
  openssl(
    ...["x509", "-req", "-days", "1", "-set_serial", "2", "-in", file("tls.csr")],
    ...["-extfile", file("tls.ext"), "-CA", crt, "-CAkey", authorityKey, "-out", file("tls.crt")],
  );
  return crt;
}
