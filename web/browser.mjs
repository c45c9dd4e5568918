// Unpacks the headless Chromium of @sparticuz/chromium, with the libraries that a bare machine lacks: node browser.mjs FOLDER
import { createReadStream, createWriteStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createBrotliDecompress } from "node:zlib";
import { extract } from "tar-fs";

const packed = join(import.meta.dirname, "node_modules/@sparticuz/chromium/bin");
const folder = process.argv[2];
mkdirSync(folder, { recursive: true });

const unpack = (name, target) => pipeline(createReadStream(join(packed, name)), createBrotliDecompress(), target);

await unpack("swiftshader.tar.br", extract(folder));
await unpack("fonts.tar.br", extract(folder));
await unpack("al2023.tar.br", extract(folder));
await unpack("chromium.br", createWriteStream(join(folder, "chromium"), { mode: 0o755 }));
