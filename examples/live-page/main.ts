/**
 * A page that shows what is stored as soon as it is stored, by any process.
 *
 * `node scripts/run.mjs examples/live-page/main.ts [file] [port]`, with `--runtime bun` or `--runtime deno`.
 *
 * @module
 */
import process from "node:process";
import { makeApp } from "./app.ts";
import { openMessages } from "./messages.ts";
import { serve } from "./serve.ts";

const [file = "messages.db", port = "8000"] = process.argv.slice(2);
const { Message } = openMessages(file);
console.log(`http://127.0.0.1:${await serve(makeApp(Message), Number(port))}`);
