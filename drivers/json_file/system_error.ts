/** What Deno leaves without a code, by the number in its message. */
const NUMBERED: Readonly<Record<string, string>> = { 27: "EFBIG", 69: "EDQUOT", 122: "EDQUOT" };

/** The code of an error of the file system, such as `ENOENT`; undefined when it has none. */
export function systemCode(error: unknown): string | undefined {
  const { code, message } = error as { code?: unknown; message?: unknown };
  if (typeof code === "string") return code;
  return NUMBERED[/\(os error (\d+)\)/.exec(String(message))?.[1] ?? ""];
}
