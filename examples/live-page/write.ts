/**
 * Writes a message from a process of its own: `node scripts/run.mjs examples/live-page/write.ts messages.db Ada hello`.
 *
 * @module
 */
import process from "node:process";
import { openMessages } from "./messages.ts";

const [file = "messages.db", author = "Ada", text = "hello"] = process.argv.slice(2);
const { orm, Message } = openMessages(file);
Message.create({ author, text });
orm.disconnect();
