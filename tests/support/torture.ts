import process from "node:process";

/** Whether tests run in their full form, as `npm run torture` asks for: longer, and in each runtime what one of them is enough for. */
export const torture: boolean = process.env["RINARI_TORTURE"] === "1";
