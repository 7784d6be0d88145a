// Builds what pages load, one self-contained file per role, and writes down what each was made from, so that a
// build forgotten before a commit is noticed even where Node is absent (tests/house/test_weight.py).
import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { build } from "esbuild";

const entries = ["css/site.css", "core.ts", "sw.ts", "channel.ts", "room.ts", "note.ts"].filter((file) => existsSync(file));
const sha256 = (file) => createHash("sha256").update(readFileSync(file)).digest("hex");

const record = {};
for (const entry of entries) {
  const output = entry.replace(/^css\//, "").replace(/\.ts$/, ".js");
  const { metafile } = await build({
    entryPoints: [entry],
    outfile: `../dist/${output}`,
    bundle: true,
    minify: true,
    metafile: true,
    format: "iife",
    charset: "utf8",
    external: ["*.woff2"],
    target: ["chrome109", "firefox115", "safari15.4"],
    logLevel: "warning",
  });
  const sources = Object.keys(metafile.inputs).filter((file) => !file.startsWith("node_modules/")).sort();
  record[output] = { sha256: sha256(`../dist/${output}`), sources: Object.fromEntries(sources.map((f) => [f, sha256(f)])) };
}
writeFileSync("build.json", JSON.stringify(record, null, 2) + "\n");
