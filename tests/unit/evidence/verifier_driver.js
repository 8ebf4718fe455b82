// SPDX-License-Identifier: Apache-2.0
// Runs the script of verify.html under node: one line of JSON in, one line out, for as many cases as come.
"use strict";
const fs = require("fs");
const page = fs.readFileSync(process.argv[2], "utf8");
const [, script] = /<script>([\s\S]*)<\/script>/.exec(page);
const V = new Function(script + "\nreturn LawgateVerify;")();
const bytes = (text) => new Uint8Array(Buffer.from(text, "base64"));
const known = new Map();
const plain = V.ed25519;
V.ed25519 = (key, message, signature) => {
  const name = [key, message, signature].map((part) => Buffer.from(part).toString("hex")).join();
  if (!known.has(name)) known.set(name, plain(key, message, signature));
  return known.get(name);
};
const DO = {
  check: ([bundle, policy, papers]) => V.check(bytes(bundle), bytes(policy), papers.map(bytes)),
  spanish: (lines) => lines.map((line) => V.spanish(Buffer.from(line, "base64").toString("utf8"))),
  refusals: () => Object.values(V.REFUSALS),
  words: () => page.match(/class="words"[^>]*>[^<]*/g).map((each) => each.split(">")[1].replace(/\s+/g, " ")),
  seam: (files) => V.checkSeam(...files.map(bytes)),
  ed25519: ([key, message, signature]) => ({ ok: plain(bytes(key), bytes(message), bytes(signature)) }),
  included: ([leaf, proof, size, root]) => {
    const text = (part) => Buffer.from(part, "base64").toString("latin1");
    try {
      V.included(text(leaf), text(proof), { size: BigInt(text(size)), root: bytes(root) });
      return { ok: true, code: "holds" };
    } catch (error) {
      if (!error.code) throw error;
      return { ok: false, code: error.code };
    }
  },
};
const out = [];
for (const line of fs.readFileSync(0, "utf8").split("\n")) {
  if (line) {
    const asked = JSON.parse(line);
    out.push(JSON.stringify(DO[asked.what](asked.of)));
  }
}
process.stdout.write(out.join("\n") + "\n");
