import { seesItself } from "../files/proc.ts";
import { builtinModule } from "../runtime/builtin_module.ts";

const OPEN_FILES = "/proc/self/fd";

/** What is no file of a store: of the system, or one without a name. */
const OTHERS = /^(?!\/)|^\/(?:dev|proc|sys)\/| \(deleted\)$/;

/** How often this process has each file open, by path; null where that cannot be seen. */
export function openFiles(): Map<string, number> | null {
  const fs = builtinModule<typeof import("node:fs")>("node:fs");
  if (fs === undefined || !seesItself()) return null;
  const counted = new Map<string, number>();
  for (const number of fs.readdirSync(OPEN_FILES)) {
    let path: string;
    try {
      path = fs.readlinkSync(`${OPEN_FILES}/${number}`);
    } catch {
      // That by which they are listed is closed by now.
      continue;
    }
    if (!OTHERS.test(path)) counted.set(path, (counted.get(path) ?? 0) + 1);
  }
  return counted;
}
